import { Cron } from 'croner';

import type { CrondConfig } from './config.ts';
import { type CrontabFile, readCrontabs } from './crontab-directory.ts';
import { endCommands } from './end-commands.ts';
import { openLog } from './log.ts';
import { type CrontabEntry, parseCrontab } from './parse-crontab.ts';
import { type Running, runCommand } from './run-command.ts';

export interface CrondOptions extends CrondConfig {
  /** Milliseconds that running commands get at the end before they are terminated; 10 s without it. */
  readonly endTimeout?: number;
  /** Calls `run` whenever `pattern` says so, and gives what stops that; croner without it. */
  readonly schedule?: (pattern: string, run: () => void) => () => void;
}

/** A cron daemon that runs. */
export interface Crond {
  /** Looks for added, changed and removed files now. */
  rescan(): void;
  /** Starts nothing more, waits for what runs, terminates it after the timeout; resolves when all has ended. */
  stop(): Promise<void>;
}

interface Scheduled {
  readonly file: CrontabFile;
  readonly stop: readonly (() => void)[];
}

/** Starts to run what the crontabs of a directory ask for. Looks for changes when `rescan` is called, no sooner. */
export function startCrond(options: CrondOptions): Crond {
  const { directory, endTimeout = 10_000, schedule = scheduleByCroner } = options;
  const log = openLog(options.log);
  const scheduled = new Map<string, Scheduled>();
  const running = new Map<string, Running>();
  let lastProblem = '';
  let stopped = false;

  function run(name: string, entry: CrontabEntry): void {
    // A job is known by its line, wherever in the file that is.
    const job = JSON.stringify([name, entry.schedule, entry.command]);
    const place = `${name}:${entry.line}`;
    if (stopped) return;
    if (running.has(job)) {
      log(`${place} skipped: its last run has not ended yet`);
      return;
    }
    try {
      const command = runCommand(entry.command, entry.environment, (text) => log(`${place} ${text}`));
      running.set(job, command);
      void command.done.then(() => running.delete(job));
    } catch (error) {
      // The command is too long for the system, or there is no memory. Other lines, and this one next time, may start.
      log(`${place} not started: ${String(error)}`);
    }
  }

  function add(name: string, file: CrontabFile): void {
    const { entries, problems } = 'text' in file ? parseCrontab(file.text) : { entries: [], problems: [] };
    if ('problem' in file) log(`${name} cannot be read: ${file.problem}`);
    for (const { line, reason } of problems) log(`${name}:${line} ignored: ${reason}`);
    const stop = entries.map((entry) => schedule(entry.schedule, () => run(name, entry)));
    scheduled.set(name, { file, stop });
    log(`${name} scheduled: ${entries.length} commands`);
  }

  function remove(name: string): void {
    for (const stop of scheduled.get(name)?.stop ?? []) stop();
    scheduled.delete(name);
  }

  function rescan(): void {
    if (stopped) return;
    const found = readDirectory();
    if (found === undefined) return;
    for (const name of scheduled.keys()) {
      if (found.has(name)) continue;
      remove(name);
      log(`${name} removed`);
    }
    for (const [name, file] of found) {
      if (JSON.stringify(scheduled.get(name)?.file) === JSON.stringify(file)) continue;
      remove(name);
      add(name, file);
    }
  }

  /** Undefined while the directory cannot be read, so that everything stays scheduled; the reason is logged once. */
  function readDirectory(): Map<string, CrontabFile> | undefined {
    try {
      const found = readCrontabs(directory);
      lastProblem = '';
      return found;
    } catch (error) {
      const problem = `${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      if (problem !== lastProblem) log(problem);
      lastProblem = problem;
      return undefined;
    }
  }

  async function stop(): Promise<void> {
    stopped = true;
    for (const name of scheduled.keys()) remove(name);
    log(`stopping, ${running.size} commands still run`);
    await endCommands([...running.values()], endTimeout);
    log('stopped');
  }

  log(`started for ${directory}`);
  rescan();
  return { rescan, stop };
}

function scheduleByCroner(pattern: string, run: () => void): () => void {
  const job = new Cron(pattern, { mode: '5-part' }, run);
  return () => job.stop();
}
