/** The configuration as it is now: converge writes it anew and does not restart the portal. */
import { stat } from 'node:fs/promises';

import { type PortalConfig, readPortalConfig } from './config.ts';

export interface ConfigSource {
  readonly current: PortalConfig;
  /** Reads the file again if it is another one than before; a faulty one is reported once and the old one stays. */
  refresh(onProblem: (error: Error) => void): Promise<void>;
}

/** Starts from `config`, whose socket, log, partition and kinds of pages stay in use until the next start. */
export function followConfig(config: PortalConfig): ConfigSource {
  let current = config;
  // Unknown at first: a file that changed between reading and following is read once more.
  let seen = '';
  return {
    get current() {
      return current;
    },
    async refresh(onProblem) {
      try {
        const { ino, mtimeMs, size } = await stat(config.path);
        const version = `${ino} ${mtimeMs} ${size}`;
        if (version === seen) return;
        seen = version;
        const { partition, socket, log, accounts } = config;
        current = { ...(await readPortalConfig(config.path)), partition, socket, log, accounts };
      } catch (error) {
        if (seen === 'missing') return;
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') seen = 'missing';
        onProblem(error as Error);
      }
    },
  };
}
