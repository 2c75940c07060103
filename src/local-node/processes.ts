/** Processes as /proc shows them, and how to end them by their numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait-until.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks since boot: tells a process from a later one that got the same number. */
  readonly started: string;
}

/** The process `pid`, undefined if there is none or it only waits for its parent to take note of its end. */
export function findProcess(pid: number): Process | undefined {
  const stat = readProc(pid, 'stat');
  // The name, in parentheses, may hold blanks and parentheses itself.
  const [state, parent, , session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[15];
  if (started === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), session: Number(session), started };
}

/** The arguments of process `pid`, joined by blanks; empty if there is none. */
function commandLine(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** The number in a pid file, if that process runs and its command line holds `mark`. */
export function runningFromPidFile(path: string, mark: string): Process | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(path, 'utf8').trim());
  } catch {
    return undefined;
  }
  if (!Number.isSafeInteger(pid) || pid <= 1 || !commandLine(pid).includes(mark)) return undefined;
  return findProcess(pid);
}

/** `root` and all that came from it: its descendants, and those of its session whose parents have ended. */
export function processTree(root: Process, all = allProcesses()): Process[] {
  const tree = new Map([[root.pid, root]]);
  for (let grown = true; grown;) {
    grown = false;
    for (const other of all) {
      if (tree.has(other.pid)) continue;
      // A session is root's own only if root leads it; otherwise it is that of the terminal.
      if (!tree.has(other.parent) && !(root.session === root.pid && other.session === root.pid)) continue;
      tree.set(other.pid, other);
      grown = true;
    }
  }
  return [...tree.values()];
}

/** All processes that were started with `variable` (`NAME=value`) in their environment, as far as we may look. */
export function processesWith(variable: string): Process[] {
  return allProcesses().filter(({ pid }) => readProc(pid, 'environ').split('\0').includes(variable));
}

function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => findProcess(Number(name)))
    .filter((one) => one !== undefined);
}

/** True while exactly this process runs. */
export function isRunning({ pid, started }: Process): boolean {
  return findProcess(pid)?.started === started;
}

/** Asks the processes to end, waits up to `patience` milliseconds for them, and kills those that are still there. */
export async function endProcesses(processes: readonly Process[], patience: number): Promise<void> {
  for (const [name, wait] of [
    ['SIGTERM', patience],
    ['SIGKILL', 5000],
  ] as const) {
    const left = processes.filter(isRunning);
    if (left.length === 0) return;
    for (const one of left) signal(one, name);
    if (await waitUntil(() => !left.some(isRunning), wait)) return;
  }
  throw new Error(
    `processes ${processes
      .filter(isRunning)
      .map(({ pid }) => pid)
      .join(', ')} cannot be killed`,
  );
}

function signal({ pid }: Process, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
