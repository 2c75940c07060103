// Debian 12 has no cron daemon that runs unprivileged: this one serves the crontabs of one partition.
import { readConfig } from '../kit/read-config.ts';
import { parseCrondConfig } from './config.ts';
import { startCrond } from './crond.ts';

/** Milliseconds between two looks at the directory. */
const rescanInterval = 60_000;

/**
 * Runs the crontabs of a directory until SIGTERM or SIGINT; resolves when every command has ended. Looks for changed
 * files each minute and on SIGHUP. A missing directory or a bad line is logged and never ends it. Throws OperatorError when
 * the configuration cannot be read.
 */
export async function runCrond(configFile: string): Promise<void> {
  const config = await readConfig(configFile, parseCrondConfig);
  const rescan = (): void => daemon.rescan();
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  // Before anything is started: by default a signal would end the process and leave commands behind.
  process.on('SIGHUP', rescan).on('SIGTERM', end).on('SIGINT', end);
  const daemon = startCrond(config);
  const timer = setInterval(rescan, rescanInterval);
  await ended;
  clearInterval(timer);
  await daemon.stop();
  process.off('SIGHUP', rescan).off('SIGTERM', end).off('SIGINT', end);
}
