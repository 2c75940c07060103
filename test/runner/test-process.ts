/** One process that runs test files, and what it says: its messages are lines of JSON on standard output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import {
  type Caller,
  inPrivateNamespace,
  type Namespaces,
  preparation,
} from '../../src/local-node/namespace/private.ts';

/** A test, or a hook that failed. */
export interface TestResult {
  /** Titles from the outermost suite to its own. */
  path: readonly string[];
  milliseconds: number;
  /** What failed and where; missing for a test that passed. */
  failure?: string;
  /** A hook that runs after tests: what fails in it is no test that failed to run. */
  afterwards?: true;
}

export type Message =
  | { kind: 'tests'; total: number }
  | { kind: 'result'; result: TestResult }
  /** One that took long and went well. */
  | { kind: 'hook'; title: string; milliseconds: number }
  | { kind: 'unloadable'; reason: string };

/**
 * `processes`: in namespaces of its own for processes and mounts, which end with all that runs there; `network`: in one
 * for addresses and ports as well.
 */
export type Isolation = 'none' | 'processes' | 'network';

export interface TestGroup {
  title: string;
  files: readonly string[];
  /** Milliseconds that a test may take when it says nothing else. */
  timeout: number;
  isolation: Isolation;
}

export interface GroupResult {
  title: string;
  results: readonly TestResult[];
  hooks: readonly { title: string; milliseconds: number }[];
  passed: number;
  /** Includes the tests that did not run. */
  failed: number;
  seconds: number;
  /** What else the process wrote. */
  output: string;
}

export interface GroupContext {
  /** Who we are, for what runs isolated. */
  caller?: Caller;
  environment: Readonly<Record<string, string>>;
  onMessage(message: Message): void;
}

const program = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('run-mocha.ts', import.meta.url)),
];
// The first process of a namespace is parent to every process there that loses its own; a shell takes note of their
// end, which Node.js does not.
const asFirstProcess = ['sh', '-c', '"$@"; exit $?', 'sh'];
const ownProcesses = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const namespaces: Readonly<Record<Exclude<Isolation, 'none'>, Namespaces>> = {
  processes: { unshare: ownProcesses, preparation: [] },
  network: { unshare: ['--net', ...ownProcesses], preparation },
};

const running = new Set<ChildProcess>();

/** Ends the processes of all groups that run, and waits for it. */
export async function endGroups(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      child.stdin?.end();
      return new Promise((resolve) => child.once('close', resolve));
    }),
  );
}

/** Runs `group` to its end, whatever that is. */
export async function runGroup(group: TestGroup, context: GroupContext): Promise<GroupResult> {
  const began = performance.now();
  const [command = '', ...args] = commandFor(group, context);
  // It ends when its standard input does: with us, however we end.
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...context.environment },
  });
  running.add(child);
  const results: TestResult[] = [];
  const hooks: { title: string; milliseconds: number }[] = [];
  let total: number | undefined;
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = messageIn(line);
    if (message === undefined) {
      output += `${line}\n`;
      return;
    }
    if (message.kind === 'tests') total = message.total;
    if (message.kind === 'result') results.push(message.result);
    if (message.kind === 'hook') hooks.push(message);
    if (message.kind === 'unloadable') output += `${message.reason}\n`;
    context.onMessage(message);
  });
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => (output += `${command}: ${error.message}\n`)).once('close', resolve);
  });
  running.delete(child);
  const counts = countResults(results, total, exitCode === 0);
  const seconds = (performance.now() - began) / 1000;
  return { title: group.title, results, hooks, ...counts, seconds, output };
}

/** `total` is missing where the files could not even be loaded, `well` false where the process ended with a failure. */
export function countResults(
  results: readonly TestResult[],
  total: number | undefined,
  well: boolean,
): { passed: number; failed: number } {
  const failures = results.filter(({ failure }) => failure !== undefined);
  const passed = results.length - failures.length;
  // A hook that fails keeps tests from running: they have failed as well.
  const notPassed = (total ?? 1) - passed + failures.filter(({ afterwards }) => afterwards).length;
  return { passed, failed: Math.max(notPassed, failures.length, well ? 0 : 1) };
}

function commandFor(
  { files, timeout, isolation }: TestGroup,
  { caller, environment }: GroupContext,
): string[] {
  const argv = [...program, String(timeout), ...files];
  if (isolation === 'none') return argv;
  if (caller === undefined) throw new Error('a group that is isolated needs to know its caller');
  const inside = { ...usual(), ...environment };
  return inPrivateNamespace(caller, inside, [...asFirstProcess, ...argv], namespaces[isolation]);
}

/** What sudo would leave out and tests need. */
function usual(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_STATE_HOME', 'FC_SEED', 'SMT_VERBOSE'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function messageIn(line: string): Message | undefined {
  if (!line.startsWith('{"kind":')) return undefined;
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
