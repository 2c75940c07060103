/** Tells running daemons about changed files: a reload where the daemon can, an end (slapgrid starts it again) where not. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import { runProgram } from '../../host/run-program.ts';
import { runningProcess } from '../../host/running-process.ts';
import type { Daemon } from '../../plan/planned.ts';

const notesFolder = 'var/run/changed';

interface Running {
  pidFile: string;
  reload: NodeJS.Signals;
  /** Ends the daemon in an orderly way. */
  stop: NodeJS.Signals;
}

const daemons: Readonly<Record<Daemon, Running>> = {
  postfix: { pidFile: 'var/spool/postfix/pid/master.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  'inbound-postfix': { pidFile: 'var/spool/inbound/pid/master.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  'outbound-postfix': { pidFile: 'var/spool/outbound/pid/master.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  sasl: { pidFile: 'var/run/sasl/master.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  postgrey: { pidFile: 'var/run/postgrey.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  policy: { pidFile: 'var/run/policy.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  'mail-policy': { pidFile: 'var/run/mail-policy.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  dovecot: { pidFile: 'var/run/dovecot/master.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  apache: { pidFile: 'var/run/apache.pid', reload: 'SIGUSR1', stop: 'SIGWINCH' },
  portal: { pidFile: 'var/run/portal.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
  crond: { pidFile: 'var/run/crond.pid', reload: 'SIGHUP', stop: 'SIGTERM' },
};

export type Action = 'reload' | 'stop' | 'flush';

/**
 * Notes that a daemon must be told, before the change that it must be told of: a run that is killed between the two
 * leaves the note, and the next run finds it.
 */
export async function noteChange(partition: string, daemon: Daemon, action: Action): Promise<void> {
  await mkdir(join(partition, notesFolder), { recursive: true, mode: 0o750 });
  await writeFile(join(partition, notesFolder, `${action}-${daemon}`), '');
}

/** Tells the running daemons what was noted. Returns what was done, one sentence a daemon, for the log. */
export async function notifyDaemons(partition: string): Promise<string[]> {
  const folder = join(partition, notesFolder);
  const notes = new Set(await readdir(folder).catch(() => []));
  const done: string[] = [];
  for (const daemon of Object.keys(daemons) as Daemon[]) {
    const action = (['stop', 'reload'] as const).find((each) => notes.has(`${each}-${daemon}`));
    if (action === undefined) continue;
    const pid = await runningPid(partition, daemon);
    if (pid !== null) {
      process.kill(pid, daemons[daemon][action]);
      done.push(action === 'stop' ? `${daemon} stops, to be started anew` : `${daemon} reloads`);
    }
    for (const each of ['stop', 'reload']) await rm(join(folder, `${each}-${daemon}`), { force: true });
  }
  if (notes.has('flush-postfix')) {
    try {
      if (await flushQueue(partition)) done.push('postfix tries the waiting mail again');
      await rm(join(folder, 'flush-postfix'), { force: true });
    } catch (error) {
      // A Postfix that has only just started: the next run asks it again, and nothing else waits for that.
      if (!(error instanceof OperatorError)) throw error;
      done.push(`postfix could not be asked to try the waiting mail again: ${error.message}`);
    }
  }
  return done;
}

/** Mail that waited for another way would wait for its next turn, up to an hour, though the way is there now. */
async function flushQueue(partition: string): Promise<boolean> {
  if ((await runningPid(partition, 'postfix')) === null) return false;
  await runProgram(join(partition, 'bin/postqueue'), ['-f']);
  return true;
}

/** The daemon's process, if it runs. */
export async function runningPid(partition: string, daemon: Daemon): Promise<number | null> {
  return runningProcess(partition, daemons[daemon].pidFile);
}
