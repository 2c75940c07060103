/** Programs of ours that the demonstration starts: what they tell, and how they end. */
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

type Told = { result: unknown } | { failure: string; ofOperator: boolean };

/** In the environment of all of them and nothing else: whoever started them, they are found by it. */
const mark = ({ directory }: NodeLayout) => ['SLAPOS_MAIL_DEMONSTRATION', directory] as const;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The command that runs a subcommand of `slapos-mail node` as this process was run. */
export function ownCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'node', ...args];
}

/**
 * Runs `argv` in the foreground, in a fresh namespace, and gives what it told (see {@link tellByFile}; its argument goes
 * to the end of `argv`): sudo leaves a child no channel.
 */
export async function runInNamespace(
  layout: NodeLayout,
  caller: Caller,
  argv: readonly string[],
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'slapos-mail-start-'));
  const file = join(folder, 'told');
  const [name, value] = mark(layout);
  const { PATH = '', HOME = '' } = process.env;
  const [program = '', ...args] = inPrivateNamespace(caller, { PATH, HOME, [name]: value }, [...argv, file]);
  try {
    const child = spawn(program, args, { stdio: 'inherit', cwd: '/' });
    const ending = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const told = await readFile(file).catch(() => null);
    if (told === null) throw endedEarly(ending);
    return resultOf(deserialize(told) as Told);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts `argv`, which goes on when this process ends, and gives what it told (see {@link tellParent}) once it was ready. */
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
    // As JSON, a result that is undefined would not arrive.
    serialization: 'advanced',
  });
  const told = await new Promise<Told>((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => resolve(message as Told));
    child.once('close', (code, signal) => reject(endedEarly(signal ?? `exit code ${code}`)));
  });
  if (child.connected) child.disconnect();
  child.unref();
  return resultOf(told);
}

/**
 * Does `work`, to its end also when this process gets a signal: that ends what was started for the node at `layout`, and
 * then `work` has to clear up, which a second signal must not stop half way. `wasTold`: whether there was one.
 */
export async function endChildrenOnSignal<Result>(
  layout: NodeLayout,
  work: (wasTold: () => boolean) => Promise<Result>,
): Promise<Result> {
  let told = false;
  const end = () => {
    told = true;
    // What cannot be ended now is tried once more, and told, by `work`.
    endChildren(layout).catch(() => undefined);
  };
  for (const signal of signals) process.on(signal, end);
  try {
    return await work(() => told);
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** Ends everything that was started for the node at `layout`. True if there was anything. */
export async function endChildren(layout: NodeLayout): Promise<boolean> {
  const children = processesWith(mark(layout).join('='));
  const all = children.flatMap((child) => processTree(child));
  await endProcesses(
    [...new Map(all.map((one) => [one.pid, one])).values()].filter(({ pid }) => pid !== process.pid),
    10_000,
  );
  return children.length > 0;
}

/** For such a program: does `work` and tells what came of it to whoever started it. */
export async function tellParent(work: () => Promise<unknown>): Promise<void> {
  const told = await outcomeOf(work);
  await new Promise<void>((resolve) => process.send?.(told, () => resolve()));
  if ('failure' in told) process.exit(1);
}

/** The same by way of a file, which is there when it is whole: whoever is ended while it writes has told nothing. */
export async function tellByFile(file: string, work: () => Promise<unknown>): Promise<void> {
  await writeFile(`${file}.new`, serialize(await outcomeOf(work)));
  await rename(`${file}.new`, file);
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Told> {
  try {
    return { result: await work() };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    const ofOperator = failure instanceof OperatorError;
    return { failure: ofOperator ? failure.message : (failure.stack ?? failure.message), ofOperator };
  }
}

function resultOf(told: Told): unknown {
  if ('result' in told) return told.result;
  throw told.ofOperator ? new OperatorError(told.failure) : new Error(told.failure);
}

function endedEarly(ending: string): OperatorError {
  return new OperatorError(`The demonstration: ended early (${ending}); start it again`);
}

/** Gives up root's rights for good, once all modules are loaded: the user may not be able to read this checkout. */
export function becomeUser({ uid, gid }: NodeUser): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
