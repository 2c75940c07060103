/** `converge` and `publish` by hand, as a partition runs them, for what happens to them there only by accident. */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename, join } from 'node:path';

import { execa } from 'execa';

import { cleanEnvironment } from '../../../src/local-node/clean-environment.ts';
import { commandAs } from '../../../src/local-node/user.ts';
import { runAsUser, type RunResult } from '../../../src/local-node/run-as-user.ts';
import type { MailNode } from './mail-node.ts';

export interface ConvergeChanges {
  serverUrl?: string;
  /** Path of another `programs.json`. */
  programs?: string;
  /** Command that gets the whole converge command as its last arguments. */
  prefix?: readonly string[];
}

/** Program and arguments. */
export function convergeCommand(
  { node, softwareUrl }: MailNode,
  partition: string,
  changes: ConvergeChanges = {},
): string[] {
  const software = node.softwareDirectory(softwareUrl);
  return [
    ...(changes.prefix ?? []),
    ...[node.layout.nodeProgram, join(software, 'parts/slapos-mail/slapos-mail.mjs'), 'converge'],
    ...['--server-url', changes.serverUrl ?? node.serverUrl, '--computer-id', 'local'],
    ...['--partition-id', basename(partition), '--software-release', 'mail-server'],
    ...['--software-url', softwareUrl, '--partition', partition],
    ...['--programs', changes.programs ?? join(software, 'programs.json')],
    ...['--eggs-directory', join(software, 'eggs')],
    ...['--develop-eggs-directory', join(software, 'develop-eggs')],
  ];
}

function publishCommand(mail: MailNode, partition: string): string[] {
  const [program = '', generator = ''] = convergeCommand(mail, partition);
  return [program, generator, 'publish', '--partition', partition];
}

/** `publish` follows a converge that succeeded. The result is that of the last one, with the output of both. */
export async function converge(
  mail: MailNode,
  partition: string,
  changes: ConvergeChanges = {},
): Promise<RunResult> {
  const converged = await runAsUser(mail.node, convergeCommand(mail, partition, changes));
  if (converged.exitCode !== 0) return converged;
  const published = await runAsUser(mail.node, publishCommand(mail, partition));
  return { ...published, output: converged.output + published.output };
}

/**
 * Runs it where the ledger's disk is full, which needs root: a small file system of the run's own, with a copy of the
 * ledger. Its output ends with `ledger changed` if it is not as before.
 */
export async function convergeOnFullDisk(
  mail: MailNode,
  partition: string,
): Promise<{ exitCode: number | undefined; output: string }> {
  const { uid, gid } = mail.node.user;
  const script = [
    'set -e; ledger=$1; shift; copy=$(mktemp -d)',
    'cp -a "$ledger/." "$copy"',
    `mount -t tmpfs -o size=256k,mode=0700,uid=${uid},gid=${gid} tmpfs "$ledger"`,
    'cp -a "$copy/." "$ledger"',
    'cat /dev/zero > "$ledger/filler" 2> /dev/null || true',
    '"$@" 2>&1 && code=0 || code=$?',
    'rm "$ledger/filler"',
    'diff -r --no-dereference "$copy" "$ledger" || echo ledger changed',
    'rm -r "$copy"; exit $code',
  ].join('\n');
  const command = commandAs(mail.node.user, convergeCommand(mail, partition));
  const { exitCode, stdout } = await execa(
    'unshare',
    ['--mount', 'bash', '-c', script, 'full', join(partition, 'srv/ledger'), ...command],
    { reject: false, cwd: mail.node.layout.directory },
  );
  return { exitCode, output: stdout };
}

/** The last line of what it said, which masters and operators see. */
export const reasonOf = ({ output }: RunResult): string => output.trimEnd().split('\n').at(-1) ?? '';

/** Starts both, one after the other, and kills the one that runs after so many milliseconds; true when one did. */
export async function convergeKilled(
  mail: MailNode,
  partition: string,
  milliseconds: number,
): Promise<boolean> {
  const { layout, user } = mail.node;
  let running: ChildProcess | undefined;
  let isTimeUp = false;
  const timer = setTimeout(() => {
    isTimeUp = true;
    running?.kill('SIGKILL');
  }, milliseconds);
  try {
    for (const command of [convergeCommand(mail, partition), publishCommand(mail, partition)]) {
      if (isTimeUp) return false;
      const [program = '', ...args] = commandAs(user, command);
      const child = spawn(program, args, {
        cwd: layout.directory,
        env: { ...cleanEnvironment(layout, user) },
        stdio: 'ignore',
      });
      running = child;
      const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
        child.once('exit', (_code, endedBy) => resolve(endedBy));
      });
      if (signal === 'SIGKILL') return true;
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}
