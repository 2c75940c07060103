/** Runs the portal until it is told to stop. */
import { appendFileSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

import { OperatorError } from '../../errors.ts';
import type { PortalConfig } from './config.ts';
import { buildPortal } from './portal.ts';

export interface RunningPortal {
  /** The socket's path, or `http://host:port`. */
  address: string;
  /** Answers what has begun, then stops listening and removes the socket. */
  close(): Promise<void>;
}

/** SIGHUP, the usual word for "your files changed", would end the process; the portal sees changes by itself. */
const stay = (): void => undefined;

/** Connections that are still open after this many milliseconds are cut when the portal stops. */
const patience = 2_000;

/**
 * Listens as `config` says, and stops by itself on SIGTERM and SIGINT; the process then ends on its own.
 * Throws OperatorError when the log or the socket cannot be used.
 */
export async function startPortal(config: PortalConfig): Promise<RunningPortal> {
  try {
    appendFileSync(config.log, '', { mode: 0o600 });
  } catch (error) {
    throw new OperatorError(`the portal's log cannot be written: ${(error as Error).message}`);
  }
  const app = await buildPortal(config);
  const address = await listen(app, config.socket);
  app.log.info({ address }, 'started');

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), patience);
      await app.close();
      clearTimeout(cut);
      app.log.info('stopped');
      // Last: a second signal must not cut a change of the ledger short.
      process.off('SIGTERM', close).off('SIGINT', close).off('SIGHUP', stay);
    })();
    return closing;
  };
  process.on('SIGTERM', close).on('SIGINT', close).on('SIGHUP', stay);
  return { address, close };
}

async function listen(
  app: Awaited<ReturnType<typeof buildPortal>>,
  socket: PortalConfig['socket'],
): Promise<string> {
  if (typeof socket !== 'string') return app.listen(socket);
  await removeStaleSocket(socket);
  await app.ready();
  // The mode must be right from the beginning: a chmod afterwards leaves a moment in which others can connect.
  const umask = process.umask(0o177);
  try {
    await app.listen({ path: socket });
  } catch (error) {
    throw new OperatorError(`the portal cannot listen on ${socket}: ${(error as Error).message}`);
  } finally {
    process.umask(umask);
  }
  return socket;
}

/** A process that was killed leaves its socket behind. One that still answers is another portal: hands off. */
async function removeStaleSocket(path: string): Promise<void> {
  const status = await lstat(path).catch(() => null);
  if (status === null) return;
  if (!status.isSocket()) throw new OperatorError(`${path} is not a socket; move it away`);
  if (await answers(path)) throw new OperatorError(`another portal listens on ${path}; stop it first`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path);
    const end = (result: boolean) => {
      client.destroy();
      resolve(result);
    };
    client.once('connect', () => end(true)).once('error', () => end(false));
  });
}
