/** Unix sockets that nobody but the partition's user may connect to. */
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { OperatorError } from '../../errors.ts';

/**
 * Has `listen` listen on `path`. A socket that a killed process left there is removed; OperatorError when another process
 * listens on it, something else is there, or it cannot be used.
 */
export async function listenPrivately(path: string, listen: () => Promise<unknown>): Promise<void> {
  await removeLeftSocket(path);
  // The mode must be right from the beginning: a chmod afterwards leaves a moment in which others can connect.
  const umask = process.umask(0o177);
  try {
    await listen();
  } catch (error) {
    throw new OperatorError(`${path} cannot be listened on: ${(error as Error).message}`);
  } finally {
    process.umask(umask);
  }
}

/** A server of `path` until SIGTERM, which ends its connections as well. */
export async function serveSocket(path: string, serve: (connection: Socket) => void): Promise<Server> {
  const server = createServer(serve);
  await listenPrivately(
    path,
    () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(path, resolve);
      }),
  );
  // Postfix keeps its connections open, and asks again where they end.
  const connections = new Set<Socket>();
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  process.once('SIGTERM', () => {
    server.close();
    for (const connection of connections) connection.destroy();
  });
  return server;
}

async function removeLeftSocket(path: string): Promise<void> {
  const status = await lstat(path).catch(() => null);
  if (status === null) return;
  if (!status.isSocket()) throw new OperatorError(`${path} is not a socket; move it away`);
  if (await answers(path)) throw new OperatorError(`${path}: another process listens on it; stop that first`);
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
