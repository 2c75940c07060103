import { createServer, type Server } from 'node:net';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import type { PortRecord } from '../../../../src/ledger/types.ts';
import { checkPorts } from '../../../../src/converge/survey/check-ports.ts';
import { allocatePorts, isFree } from '../../../../src/converge/survey/ports.ts';

const ipv6 = '::1';
const ipv4 = '127.0.0.1';

describe('ports of the services', () => {
  const servers: Server[] = [];
  /** The first of five neighbours that nobody uses. */
  let first: number;

  beforeEach(async () => {
    first = await freeNeighbours(5);
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function occupy(address: string, port: number): Promise<void> {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port, ipv6Only: true }, resolve);
    });
  }

  const allocate = (more: Partial<Parameters<typeof allocatePorts>[0]> = {}) =>
    allocatePorts({
      canonical: { smtp: first },
      ipv6,
      ipv4,
      held: {},
      isOurs: () => Promise.resolve(false),
      ...more,
    });
  const held = (port: number, alsoIpv4 = true): Record<string, PortRecord> => ({
    smtp: { port, ipv4: alsoIpv4 },
  });

  it('are the canonical ones when those are free', async () => {
    expect(await allocate()).to.deep.equal({ smtp: { port: first, ipv4: true } });
  });

  it('are the next free ones when another holds them on the IPv6', async () => {
    await occupy(ipv6, first);
    await occupy(ipv6, first + 1);
    expect(await allocate()).to.deep.equal({ smtp: { port: first + 2, ipv4: true } });
  });

  it('go without the IPv4 when another holds them there', async () => {
    await occupy(ipv4, first);
    expect(await allocate()).to.deep.equal({ smtp: { port: first, ipv4: false } });
    expect(await allocate({ ipv4: null })).to.deep.equal({ smtp: { port: first, ipv4: false } });
  });

  it('are kept once taken, although the canonical one is free by now', async () => {
    expect(await allocate({ held: held(first + 3) })).to.deep.equal(held(first + 3));
  });

  it('are not looked at while our own daemon listens', async () => {
    await occupy(ipv6, first);
    await occupy(ipv4, first);
    const isOurs = (service: string, port: number) => Promise.resolve(service === 'smtp' && port === first);
    expect(await allocate({ held: held(first), isOurs })).to.deep.equal(held(first));
  });

  it('are others when another took them while our daemon was down', async () => {
    await occupy(ipv6, first);
    expect(await allocate({ held: held(first) })).to.deep.equal(held(first + 1));
  });

  it('lose the IPv4 that another took while our daemon was down, and nothing else', async () => {
    await occupy(ipv4, first);
    expect(await allocate({ held: held(first) })).to.deep.equal(held(first, false));
  });

  it('are never the same for two services', async () => {
    const canonical = { smtp: first, imap: first };
    expect(Object.values(await allocate({ canonical })).map(({ port }) => port)).to.deep.equal([
      first,
      first + 1,
    ]);
  });

  it('are never one that a later service holds and keeps', async () => {
    const canonical = { smtp: first, imap: first + 1 };
    await occupy(ipv6, first);
    const allocated = await allocate({ canonical, held: { imap: { port: first + 1, ipv4: true } } });
    expect(allocated['imap']).to.include({ port: first + 1 });
    expect(allocated['smtp']).to.include({ port: first + 2 });
  });

  it('are refused with the address when it is not of this node', async () => {
    const error: unknown = await allocate({ ipv6: '2001:db8::1' }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError);
    expect(String(error)).to.match(/2001:db8::1 port \d+: .*; is the address on this node\?/);
  });

  it('are checked by a start script before its daemon starts', async () => {
    await checkPorts([`[${ipv6}]:${first}`, `[${ipv4}]:${first}`]);
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen({ host: ipv6, port: first }, resolve));
    // A daemon that was killed may keep its port for a moment.
    setImmediate(() => server.close());
    await checkPorts([`[${ipv6}]:${first}`]);
  });
});

async function freeNeighbours(count: number): Promise<number> {
  for (;;) {
    // Below the ports that the kernel gives to outgoing connections.
    const start = 15_000 + Math.floor(Math.random() * 15_000);
    const ports = Array.from({ length: count }, (_none, index) => start + index);
    const free = await Promise.all(ports.flatMap((port) => [isFree(ipv6, port), isFree(ipv4, port)]));
    if (free.every(Boolean)) return start;
  }
}
