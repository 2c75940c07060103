/** The process of a service of a partition: whether it runs, and signals to it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The number of the process that `pidFile` (relative to the partition) names, null when it does not run. A pid file may
 * be left over, and its number another process's by now: a process of the partition has a path of it in its command.
 */
export async function runningProcess(partition: string, pidFile: string): Promise<number | null> {
  const text = await readFile(join(partition, pidFile), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  if (!Number.isInteger(pid) || pid < 2) return null;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes(`${partition}/`) ? pid : null;
}

/** Whether the signal was sent. It is not when the process has ended since it was looked for, which is no failure. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
