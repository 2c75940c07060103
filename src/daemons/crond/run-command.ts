import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

import { type Log, lineSplitter } from './log.ts';

/** A command that runs. */
export interface Running {
  /** Resolves when it has ended and its outcome is in the log; never rejects. */
  readonly done: Promise<void>;
  /** Sends a signal to it and to whatever it started. */
  kill(signal: NodeJS.Signals): void;
}

/** How long output is waited for after the command itself ended, in milliseconds: something it left behind may keep it open. */
const outputTimeout = 1_000;

/** Runs `command` by /bin/sh; its start, output lines, exit code and duration go to `log`. */
export function runCommand(
  command: string,
  environment: Readonly<Record<string, string>>,
  log: Log,
): Running {
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', command], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: a signal to it reaches what the shell started, and one to the daemon's group does not.
    detached: true,
  });
  log(`start ${child.pid ?? ''}: ${command}`);

  const outputs = [child.stdout, child.stderr].map((stream, index) => {
    const lines = lineSplitter((line) => log(`${index === 0 ? 'out' : 'err'} ${child.pid ?? ''}: ${line}`));
    stream.setEncoding('utf8').on('data', lines.write);
    return lines;
  });

  const done = new Promise<void>((resolve) => {
    let outcome: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      for (const output of outputs) output.end();
      if (outcome !== undefined)
        log(`${outcome} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
      outcome = undefined;
      // A process that it left behind may still write: that is logged, but not waited for.
      for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
      resolve();
    };
    child.once('error', (error) => {
      outcome = `not started: ${error.message}`;
      finish();
    });
    child.once('exit', (code, signal) => {
      outcome = `end ${child.pid ?? ''}: ${signal === null ? `exit code ${code}` : `killed by ${signal}`}`;
      timer = setTimeout(finish, outputTimeout);
    });
    child.once('close', finish);
  });

  return {
    done,
    kill(signal) {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended in the meantime.
      }
    },
  };
}
