/** Who listens by TCP on this machine, and who connects there. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

import { isHeldByPartition } from '../../../src/converge/survey/listeners.ts';

/** Ports on which processes of the partition listen, whatever the address. */
export async function tcpPortsOf(partition: string): Promise<number[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')));
  const listening = [...tables.join('\n').matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /gm)];
  const ports = [...new Set(listening.map(([, port = '']) => Number.parseInt(port, 16)))];
  const held = await Promise.all(ports.map((port) => isHeldByPartition(partition, port)));
  return ports.filter((_port, index) => held[index]).sort((one, other) => one - other);
}

/** Listens wherever nobody else does; gives what was said to it until it is stopped. */
export async function squat(endpoints: readonly { host: string; port: number }[]) {
  const heard: string[] = [];
  const servers = endpoints.map(({ host, port }) =>
    createServer((connection) => {
      heard.push(`a connection to ${host}`);
      connection.on('error', () => undefined).on('data', (data) => heard.push(data.toString('latin1')));
    }).listen({ host, port, ipv6Only: true }),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return {
    heard,
    stop: () => {
      for (const server of servers) server.close();
    },
  };
}
