/** A unix socket that nobody but the partition's user may connect to. */
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

import { OperatorError } from '../../errors.ts';

/** Listens until SIGTERM; takes the path of a process that was killed. Throws OperatorError when it cannot be used. */
export async function listenOnSocket(path: string, serve: (connection: Socket) => void): Promise<Server> {
  await rm(path, { force: true });
  const server = createServer(serve);
  // The mode must be right from the beginning: a chmod afterwards leaves a moment in which others can connect.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(new OperatorError(`${path}: ${error.message}`));
      });
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
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
