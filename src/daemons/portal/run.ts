/** Runs the portal until it is told to stop. */
import { appendFileSync } from 'node:fs';

import { OperatorError } from '../../errors.ts';
import { listenPrivately } from '../kit/private-socket.ts';
import { buildPortal } from './portal.ts';

export interface RunningPortal {
  /** Answers what has begun, then stops listening and removes the socket. */
  close(): Promise<void>;
}

/** For SIGHUP, which would end the process: the portal notices changed files without it. */
const stay = (): void => undefined;

/** Connections that are still open after this many milliseconds are cut when the portal stops. */
const closeTimeout = 2_000;

/**
 * Listens as the configuration says, and stops by itself on SIGTERM and SIGINT; the process then ends on its own.
 * Throws OperatorError when the configuration, the log or the socket cannot be used.
 */
export async function runPortal(configFile: string): Promise<RunningPortal> {
  const { app, config } = await buildPortal(configFile);
  try {
    appendFileSync(config.log, '', { mode: 0o600 });
  } catch (error) {
    throw new OperatorError(`the portal's log cannot be written: ${(error as Error).message}`);
  }
  await app.ready();
  await listenPrivately(config.socket, () => app.listen({ path: config.socket }));
  app.log.info({ address: config.socket }, 'started');

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), closeTimeout);
      await app.close();
      clearTimeout(cut);
      app.log.info('stopped');
      // Last: until then a second signal must not interrupt a change of the ledger.
      process.off('SIGTERM', close).off('SIGINT', close).off('SIGHUP', stay);
    })();
    return closing;
  };
  process.on('SIGTERM', close).on('SIGINT', close).on('SIGHUP', stay);
  return { close };
}
