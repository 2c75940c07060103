// Debian 12 has no cron daemon that runs unprivileged: this one serves the crontabs of one partition.
import { type CrondOptions, startCrond } from './crond.ts';

/** Milliseconds between two looks at the directory. */
const rescanInterval = 60_000;

/**
 * Runs the crontabs of a directory until SIGTERM or SIGINT; resolves when every command has ended. Looks for changed
 * files each minute and on SIGHUP. A missing directory or a bad line is logged and never ends it.
 */
export async function crond(options: CrondOptions): Promise<void> {
  const rescan = (): void => daemon.rescan();
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  // Before anything is started: by default a signal would end the process and leave commands behind.
  process.on('SIGHUP', rescan).on('SIGTERM', end).on('SIGINT', end);
  const daemon = startCrond(options);
  const timer = setInterval(rescan, rescanInterval);
  await ended;
  clearInterval(timer);
  await daemon.stop();
  process.off('SIGHUP', rescan).off('SIGTERM', end).off('SIGINT', end);
}
