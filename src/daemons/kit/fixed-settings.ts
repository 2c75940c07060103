/** Settings that a process reads at its start only. */
import type { FollowedFile } from './followed-file.ts';

/** Milliseconds between two looks. */
const interval = 2_000;

/**
 * Ends the process, to be started anew, when `fixed` gives something else for `configFile` than it does now; looks
 * until SIGTERM.
 */
export function endWhenFixedSettingsChange<Config>(
  configFile: string,
  config: FollowedFile<Config>,
  fixed: (config: Config) => readonly unknown[],
): void {
  const atStart = JSON.stringify(fixed(config.current));
  const timer = setInterval(() => {
    void config.latest().then((latest) => {
      if (JSON.stringify(fixed(latest)) === atStart) return;
      console.error(
        `${configFile}: names other sockets or files than at the start; the process ends, to be started anew`,
      );
      process.kill(process.pid, 'SIGTERM');
    });
  }, interval);
  process.once('SIGTERM', () => clearInterval(timer));
}
