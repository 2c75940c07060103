/** Child processes of the demonstration, which are subcommands of `slapos-mail node`: their start, result and end. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

import { OperatorError } from '../../errors.ts';
import { type Caller, inPrivateNamespace } from '../namespace/private.ts';
import type { NodeLayout } from '../layout.ts';
import { endProcesses, processesWith, processTree } from '../processes.ts';
import type { NodeUser } from '../user.ts';

/** What a child process sends to its parent; `forOperator`: the failure is an OperatorError. */
type Outcome = { result: unknown } | { failure: string; forOperator: boolean };

/** The variable that all of them, and no other processes, have in their environment: it is how they are found. */
const mark = ({ directory }: NodeLayout) => ['SLAPOS_MAIL_DEMONSTRATION', directory] as const;

export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The command that runs a subcommand of `slapos-mail node` with the program and options of this process. */
export function ownCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'node', ...args];
}

/**
 * Runs `argv` in the foreground, in a new namespace, and returns its result. The path of a file for the outcome is
 * appended to `argv` (see {@link writeOutcome}), because sudo closes the channel between a process and its child.
 */
export async function runInNamespace(
  layout: NodeLayout,
  caller: Caller,
  argv: readonly string[],
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'slapos-mail-start-'));
  const file = join(folder, 'outcome');
  const [name, value] = mark(layout);
  const { PATH = '', HOME = '' } = process.env;
  const [program = '', ...args] = inPrivateNamespace(caller, { PATH, HOME, [name]: value }, [...argv, file]);
  try {
    const child = spawn(program, args, { stdio: 'inherit', cwd: '/' });
    const ending = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const outcome = await readFile(file).catch(() => null);
    if (outcome === null) throw endedEarly(ending);
    return resultOf(deserialize(outcome) as Outcome);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts `argv`, which goes on when this process ends; returns its result (see {@link sendOutcome}) when it is ready. */
export async function startBackground(
  layout: NodeLayout,
  [program = '', ...args]: readonly string[],
): Promise<unknown> {
  const [name, value] = mark(layout);
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
    cwd: '/',
    env: { ...process.env, [name]: value },
    // JSON could not carry a result that is undefined.
    serialization: 'advanced',
  });
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => resolve(message as Outcome));
    child.once('close', (code, signal) => reject(endedEarly(signal ?? `exit code ${code}`)));
  });
  if (child.connected) child.disconnect();
  child.unref();
  return resultOf(outcome);
}

/**
 * Runs `work`, and does not end this process at a signal: a signal ends the child processes of the node at `layout`,
 * and `work`, which then fails, can clean up without being stopped by a second signal. `interrupted` tells whether
 * there was a signal.
 */
export async function endChildrenOnSignal<Result>(
  layout: NodeLayout,
  work: (interrupted: () => boolean) => Promise<Result>,
): Promise<Result> {
  let interrupted = false;
  const end = () => {
    interrupted = true;
    // Ignored here: `work` ends the children once more when it cleans up, and reports what fails then.
    endChildren(layout).catch(() => undefined);
  };
  for (const signal of signals) process.on(signal, end);
  try {
    return await work(() => interrupted);
  } finally {
    // After a signal this process ends by itself: one more must not keep it from saying how that went.
    if (!interrupted) for (const signal of signals) process.off(signal, end);
  }
}

/** Ends all child processes of the node at `layout`, whoever started them. True if there were any. */
export async function endChildren(layout: NodeLayout): Promise<boolean> {
  const children = processesWith(mark(layout).join('='));
  const all = children.flatMap((child) => processTree(child));
  await endProcesses(
    [...new Map(all.map((child) => [child.pid, child])).values()].filter(({ pid }) => pid !== process.pid),
    10_000,
  );
  return children.length > 0;
}

/** In a child process: runs `work` and sends its outcome to the parent. */
export async function sendOutcome(work: () => Promise<unknown>): Promise<void> {
  const outcome = await outcomeOf(work);
  await new Promise<void>((resolve) => process.send?.(outcome, () => resolve()));
  if ('failure' in outcome) process.exit(1);
}

/** In a child process: runs `work` and writes its outcome to `file`, which appears only when it is complete. */
export async function writeOutcome(file: string, work: () => Promise<unknown>): Promise<void> {
  await writeFile(`${file}.new`, serialize(await outcomeOf(work)));
  await rename(`${file}.new`, file);
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { result: await work() };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    const forOperator = failure instanceof OperatorError;
    return { failure: forOperator ? failure.message : (failure.stack ?? failure.message), forOperator };
  }
}

function resultOf(outcome: Outcome): unknown {
  if ('result' in outcome) return outcome.result;
  throw outcome.forOperator ? new OperatorError(outcome.failure) : new Error(outcome.failure);
}

function endedEarly(ending: string): OperatorError {
  return new OperatorError(`The demonstration: ended early (${ending}); start it again`);
}

/** Gives up root's rights for good. Only after all modules are loaded: the user may be unable to read this checkout. */
export function becomeUser({ uid, gid }: NodeUser): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
