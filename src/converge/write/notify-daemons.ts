/** Tells running services about changed files: a reload where the service can, an end (slapgrid starts it again) where not. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import { runProgram } from '../../host/run-program.ts';
import { runningProcess, signalProcess } from '../../host/running-process.ts';
import type { Service } from '../../plan/part.ts';

const notesFolder = 'var/run/changed';

export type Action = 'reload' | 'stop' | 'flush';

/**
 * Notes that a service must be told, before the change that it must be told of: a run that is killed between the two
 * leaves the note, and the next run finds it.
 */
export async function noteChange(partition: string, service: string, action: Action): Promise<void> {
  await mkdir(join(partition, notesFolder), { recursive: true, mode: 0o750 });
  await writeFile(join(partition, notesFolder, noteOf(service, action)), '');
}

/** Tells the running services what was noted. Returns what was done, one sentence for each, for the log. */
export async function notifyDaemons(partition: string, services: readonly Service[]): Promise<string[]> {
  const notes = new Set(await readdir(join(partition, notesFolder)).catch(() => []));
  const done: string[] = [];
  for (const service of services) {
    const said = await tell(partition, service, notes);
    if (said !== null) done.push(said);
  }
  // Mail goes its other way only when all has been told.
  for (const service of services) {
    const said = await flushQueue(partition, service, notes);
    if (said !== null) done.push(said);
  }
  return done;
}

async function tell(partition: string, service: Service, notes: ReadonlySet<string>): Promise<string | null> {
  const { name, signals } = service;
  const action = (['stop', 'reload'] as const).find((each) => notes.has(noteOf(name, each)));
  if (action === undefined) return null;
  const isTold = await signal(partition, service, signals[action]);
  for (const each of ['stop', 'reload'] as const) await removeNote(partition, name, each);
  if (!isTold) return null;
  return action === 'stop' ? `${name} stops, to be started anew` : `${name} reloads`;
}

/** Whether there was somebody to tell. */
async function signal(partition: string, service: Service, what: NodeJS.Signals): Promise<boolean> {
  const pid = await runningProcess(partition, service.pidFile);
  return pid !== null && signalProcess(pid, what);
}

/** Mail that waited for another way would wait for its next turn, up to an hour, though the way is there now. */
async function flushQueue(
  partition: string,
  service: Service,
  notes: ReadonlySet<string>,
): Promise<string | null> {
  const { name, flush } = service;
  if (flush === undefined || !notes.has(noteOf(name, 'flush'))) return null;
  const [program = '', ...args] = flush;
  try {
    const isRunning = (await runningProcess(partition, service.pidFile)) !== null;
    if (isRunning) await runProgram(join(partition, program), args);
    await removeNote(partition, name, 'flush');
    return isRunning ? `${name} tries the waiting mail again` : null;
  } catch (error) {
    // A Postfix that has only just started: the next run asks it again, and nothing else waits for that.
    if (!(error instanceof OperatorError)) throw error;
    return `${name} could not be asked to try the waiting mail again: ${error.message}`;
  }
}

function noteOf(service: string, action: Action): string {
  return `${action}-${service}`;
}

async function removeNote(partition: string, service: string, action: Action): Promise<void> {
  await rm(join(partition, notesFolder, noteOf(service, action)), { force: true });
}
