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

/** It knows one session, of `user`. */
export async function standInDoveadm(
  folder: string,
  user: string,
  { isRunning = true, exitCode = 0 } = {},
): Promise<StandInDoveadm> {
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'var/run/dovecot'), { recursive: true });
  const doveadm = join(folder, 'bin/doveadm');
  const script = `#!/bin/sh\necho "$@" >> ${folder}/asked\n[ "$3" != ${user} ] || echo "${user} imap"\nexit ${exitCode}\n`;
  await writeFile(doveadm, script);
  await chmod(doveadm, 0o700);
  const asked = () => readFile(join(folder, 'asked'), 'utf8').catch(() => '');
  if (!isRunning) return { asked, end: () => undefined };
  const child = spawn('sh', ['-c', 'read line', `${folder}/etc`], { stdio: ['pipe', 'ignore', 'ignore'] });
  await writeFile(join(folder, 'var/run/dovecot/master.pid'), String(child.pid));
  return { asked, end: () => child.stdin.end() };
}
