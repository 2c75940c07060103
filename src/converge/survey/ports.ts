/**
 * Ports of the services. Each starts from its canonical number; if another partition holds it on the IPv6, the next
 * free one is taken, and then kept. On the IPv4, which partitions may share, a service listens when the same port is
 * free there, and goes without when it is not.
 */
import { createServer } from 'node:net';

import { OperatorError } from '../../errors.ts';
import type { PortRecord } from '../../ledger/types.ts';

export interface PortRequest {
  canonical: Readonly<Record<string, number>>;
  ipv6: string;
  ipv4: string | null;
  /** What the ledger says we have. */
  held: Readonly<Record<string, PortRecord>>;
  /** Whether the instance's own daemon listens on the port, which then needs no check. */
  isOurs: (service: string, port: number) => Promise<boolean>;
}

/** How many ports above the canonical one are tried. */
const attempts = 1000;

export async function allocatePorts(request: PortRequest): Promise<Record<string, PortRecord>> {
  const { canonical, ipv6, ipv4, held, isOurs } = request;
  // Also those of services further down, whose daemons may be down at the moment.
  const taken = new Set(Object.values(held).map(({ port }) => port));
  const allocated: Record<string, PortRecord> = {};
  for (const [service, first] of Object.entries(canonical)) {
    const record = held[service];
    if (record && (await isOurs(service, record.port))) {
      allocated[service] = record;
    } else if (record && (await isFree(ipv6, record.port))) {
      // Our daemon is down: another partition may have taken the shared IPv4 meanwhile.
      const stillFree = record.ipv4 && ipv4 !== null && (await isFree(ipv4, record.port));
      allocated[service] = { port: record.port, ipv4: stillFree };
    } else {
      allocated[service] = await findPort(service, first, ipv6, ipv4, taken);
    }
    taken.add(allocated[service].port);
  }
  return allocated;
}

async function findPort(
  service: string,
  first: number,
  ipv6: string,
  ipv4: string | null,
  taken: ReadonlySet<number>,
): Promise<PortRecord> {
  for (let port = first; port < first + attempts && port <= 65535; port += 1) {
    if (!taken.has(port) && (await isFree(ipv6, port))) {
      return { port, ipv4: ipv4 !== null && (await isFree(ipv4, port)) };
    }
  }
  throw new OperatorError(`no free port for ${service} on ${ipv6} between ${first} and ${first + attempts}`);
}

/** Whether nobody listens there. Binding without SO_REUSEPORT also fails where a process shares its port. */
export function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(new OperatorError(`${address} port ${port}: ${error.message}; is the address on this node?`));
    });
    server.listen({ host: address, port, ipv6Only: address.includes(':') }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
