import { setTimeout as delay } from 'node:timers/promises';

import type { Running } from './run-command.ts';

/** Milliseconds from SIGTERM to SIGKILL for a command that does not end. */
const killTimeout = 2_000;

/** Waits up to `timeout` milliseconds for commands to end, then terminates them; resolves when all have ended. */
export async function endCommands(commands: readonly Running[], timeout: number): Promise<void> {
  const open = new Set(commands);
  const ended = Promise.all(commands.map((command) => command.done.then(() => open.delete(command))));
  await within(ended, timeout);
  const late = [...open];
  for (const command of late) command.kill('SIGTERM');
  await within(ended, killTimeout);
  // Also where the shell has ended: what it started may still run.
  for (const command of late) command.kill('SIGKILL');
  await ended;
}

async function within(ended: Promise<unknown>, time: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([ended, delay(time, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}
