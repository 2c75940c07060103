/**
 * Forwards ports of this machine to services in the namespace. Both ends meet at a unix socket, which does not depend
 * on network namespaces. A connection to it begins with a line that names its destination: `address port`.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { rm } from 'node:fs/promises';

import { existingMachine } from '../setup/prepare-machine.ts';
import { canListen } from '../slapproxy/server.ts';
import { becomeUser } from './child-process.ts';
import { demonstrationFiles } from './world.ts';

export interface Forward {
  /** Port on this machine's loopback address; if it is in use, another one is taken. */
  port: number;
  /** The service in the namespace. */
  to: { host: string; port: number };
}

/** Opens the ports of this machine, as the node's user, until this process ends. `forwards` is JSON. */
export async function startForwarding(directory: string, forwards: string): Promise<Forward[]> {
  const { layout, user } = await existingMachine(directory);
  becomeUser(user);
  const { entrance } = demonstrationFiles(layout);
  const opened = await forwardPorts(entrance, JSON.parse(forwards) as Forward[]);
  return opened.map(({ port, to }) => ({ port, to }));
}

export interface OpenForward extends Forward {
  server: Server;
}

/** Opens the ports, and returns the forwards with the ports that they really have. */
export async function forwardPorts(entrance: string, forwards: readonly Forward[]): Promise<OpenForward[]> {
  const host = '127.0.0.1';
  const open = async ({ port, to }: Forward): Promise<OpenForward> => {
    const server = createServer((client) => {
      const inside = connect(entrance);
      inside.write(`${to.host} ${to.port}\n`);
      join(client, inside);
    });
    await listen(server, { host, port: (await canListen(host, port)) ? port : 0 });
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : port, to, server };
  };
  return Promise.all(forwards.map(open));
}

/** Opens the unix socket, from inside of the namespace, and connects each client to its destination. */
export async function openEntrance(entrance: string): Promise<Server> {
  await rm(entrance, { force: true });
  const server = createServer((client) => {
    client.once('data', (first) => {
      client.pause();
      const end = first.indexOf('\n');
      const [host = '', port] = first.subarray(0, end).toString().split(' ');
      client.unshift(first.subarray(end + 1));
      join(client, connect({ host, port: Number(port) }));
    });
    client.once('error', () => client.destroy());
  });
  await listen(server, { path: entrance });
  return server;
}

function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
}

function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  one.on('error', () => other.destroy()).on('close', () => other.destroy());
  other.on('error', () => one.destroy()).on('close', () => one.destroy());
}
