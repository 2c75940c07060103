/** A `doveadm` of a partition in a temporary folder, and a process that stands for its Dovecot. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StandInDoveadm {
  /** What it was asked, a line for each time. */
  asked(): Promise<string>;
  /** Ends the process that stands for Dovecot. */
  end(): void;
}

export interface StandInOptions {
  /** Whether there is a process that stands for Dovecot. */
  isRunning?: boolean;
  exitCode?: number;
  /** The word (`who`, `kick`) that it never answers. */
  hangsAt?: string;
}

/** It knows one session of each user. */
export async function standInDoveadm(
  folder: string,
  users: string | readonly string[],
  { isRunning = true, exitCode = 0, hangsAt = '' }: StandInOptions = {},
): Promise<StandInDoveadm> {
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'var/run/dovecot'), { recursive: true });
  const doveadm = join(folder, 'bin/doveadm');
  const sessions = [users].flat().map((user) => `${user}  imap 1 ::1\n`);
  await writeFile(join(folder, 'sessions'), sessions.join(''));
  const script = [
    '#!/bin/sh',
    `echo "$@" >> ${folder}/asked`,
    `[ "$1" != "${hangsAt}" ] || exec sleep 60`,
    `[ "$1" != who ] || cat ${folder}/sessions`,
    `exit ${exitCode}`,
  ];
  await writeFile(doveadm, `${script.join('\n')}\n`);
  await chmod(doveadm, 0o700);
  const asked = () => readFile(join(folder, 'asked'), 'utf8').catch(() => '');
  if (!isRunning) return { asked, end: () => undefined };
  const child = spawn('sh', ['-c', 'read line', `${folder}/etc`], { stdio: ['pipe', 'ignore', 'ignore'] });
  await writeFile(join(folder, 'var/run/dovecot/master.pid'), String(child.pid));
  return { asked, end: () => child.stdin.end() };
}
