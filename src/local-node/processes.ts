/** Finds processes in /proc and ends them by their process ids. */
import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait-until.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks between boot and its start: tells it from a later process with the same id. */
  readonly started: string;
}

/** The process `pid`; undefined if there is none or it has ended and its parent has not yet collected its exit status. */
export function findProcess(pid: number): Process | undefined {
  const stat = readProc(pid, 'stat');
  // The program's name stands in parentheses, and may contain blanks and parentheses itself.
  const [state, parent, , session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[15];
  if (started === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), session: Number(session), started };
}

/** The command line of process `pid`, its arguments joined by blanks; empty if there is no such process. */
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

/** The process that a pid file names, if it runs and its command line contains `mark`. */
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

/** `root`, its descendants, and the processes of its session whose parents have ended. */
export function processTree(root: Process, all = allProcesses()): Process[] {
  const tree = new Map([[root.pid, root]]);
  for (let grown = true; grown;) {
    grown = false;
    for (const other of all) {
      if (tree.has(other.pid)) continue;
      // Its session belongs to root only if root leads it; otherwise it is the terminal's.
      if (!tree.has(other.parent) && !(root.session === root.pid && other.session === root.pid)) continue;
      tree.set(other.pid, other);
      grown = true;
    }
  }
  return [...tree.values()];
}

/** All processes that have `variable` (`NAME=value`) in their environment and whose environment we may read. */
export function processesWith(variable: string): Process[] {
  return allProcesses().filter(({ pid }) => readProc(pid, 'environ').split('\0').includes(variable));
}

function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => findProcess(Number(name)))
    .filter((found) => found !== undefined);
}

/** True while exactly this process runs. */
export function isRunning({ pid, started }: Process): boolean {
  return findProcess(pid)?.started === started;
}

/** Sends SIGTERM, waits up to `timeout` milliseconds, and kills the processes that still run. */
export async function endProcesses(processes: readonly Process[], timeout: number): Promise<void> {
  for (const [signal, wait] of [
    ['SIGTERM', timeout],
    ['SIGKILL', 5000],
  ] as const) {
    const left = processes.filter(isRunning);
    if (left.length === 0) return;
    for (const one of left) sendSignal(one, signal);
    if (await waitUntil(() => !left.some(isRunning), wait)) return;
  }
  throw new Error(
    `processes ${processes
      .filter(isRunning)
      .map(({ pid }) => pid)
      .join(', ')} cannot be killed`,
  );
}

function sendSignal({ pid }: Process, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
