/** Programs of ours that the demonstration starts: what they tell, and how they end. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';

import { OperatorError } from '../../errors.ts';
import type { NodeLayout } from '../node-layout.ts';
import { endProcesses, processesWith, processTree } from '../processes.ts';
import type { NodeUser } from '../node-user.ts';

type Told = { result: unknown } | { failure: string; ofOperator: boolean };

/** In the environment of all of them and nothing else: whoever started them, they are found by it. */
const mark = ({ directory }: NodeLayout) => ['SLAPOS_MAIL_DEMONSTRATION', directory] as const;

/** The command that runs a subcommand of `slapos-mail node` as this process was run. */
export function ownCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'node', ...args];
}

/** Starts `argv` in the foreground, which ends after it has told its result, and gives that. */
export async function runChild(layout: NodeLayout, argv: readonly string[]): Promise<unknown> {
  const child = start(layout, argv, ['inherit', 'inherit', 'inherit', 'ipc'], false);
  const ended = new Promise((resolve) => child.once('close', resolve));
  // Whoever ends us means the child; what is to be done after its end is ours to do.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const passOn = () => void child.kill('SIGTERM');
  for (const signal of signals) process.on(signal, passOn);
  try {
    const result = await told(child);
    await ended;
    return result;
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}

/** Starts `argv`, which goes on when this process ends, and gives what it told once it was ready. */
export async function startBackground(layout: NodeLayout, argv: readonly string[]): Promise<unknown> {
  const child = start(layout, argv, ['ignore', 'ignore', 'ignore', 'ipc'], true);
  const result = await told(child);
  child.disconnect();
  child.unref();
  return result;
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
  const tell = (message: Told) => new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  try {
    await tell({ result: await work() });
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    const ofOperator = failure instanceof OperatorError;
    await tell({ failure: ofOperator ? failure.message : (failure.stack ?? failure.message), ofOperator });
    process.disconnect();
    process.exitCode = 1;
  }
}

/** Gives up root's rights for good, once all modules are loaded: the user may not be able to read this checkout. */
export function becomeUser({ uid, gid }: NodeUser): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function start(
  layout: NodeLayout,
  [program = '', ...args]: readonly string[],
  stdio: StdioOptions,
  detached: boolean,
): ChildProcess {
  const [name, value] = mark(layout);
  return spawn(program, args, {
    stdio,
    detached,
    cwd: '/',
    env: { ...process.env, [name]: value },
    serialization: 'advanced',
  });
}

function told(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => {
      const news = message as Told;
      if ('result' in news) resolve(news.result);
      else reject(news.ofOperator ? new OperatorError(news.failure) : new Error(news.failure));
    });
    child.once('close', (code, signal) =>
      reject(
        new OperatorError(
          `The demonstration: ended early (${signal ?? `exit code ${code}`}); start it again`,
        ),
      ),
    );
  });
}
