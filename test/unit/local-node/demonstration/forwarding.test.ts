import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { forwardPorts, openEntrance } from '../../../../src/local-node/demonstration/forwarding.ts';
import { openPorts } from '../../../../src/local-node/demonstration/open-ports.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the way into the namespace', () => {
  const folder = temporaryFolder();
  const servers: Server[] = [];

  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  /** Answers with what it got, once its client has finished. */
  async function startEcho(): Promise<number> {
    const echo = createServer({ allowHalfOpen: true }, (client) => client.pipe(client));
    servers.push(echo.listen(0, '::1'));
    await once(echo, 'listening');
    return (echo.address() as AddressInfo).port;
  }

  async function throughForward(port: number, bytes: Buffer): Promise<Buffer> {
    const client = connect({ host: '127.0.0.1', port });
    client.write(bytes);
    let received = Buffer.alloc(0);
    for await (const part of client) {
      received = Buffer.concat([received, part as Buffer]);
      if (received.length === bytes.length) break;
    }
    return received;
  }

  it('leads from a port here to the one inside, byte for byte', async () => {
    const entrance = join(folder(), 'in.sock');
    servers.push(await openEntrance(entrance));
    const to = { host: '::1', port: await startEcho() };
    const forwarded = await forwardPorts(entrance, [{ port: 0, to }]);
    servers.push(...forwarded.map(({ server }) => server));
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
    expect(await throughForward(forwarded[0]!.port, bytes)).to.deep.equal(bytes);
  });

  it('takes another port where the wanted one is taken', async () => {
    const taken = createServer();
    servers.push(taken.listen(0, '127.0.0.1'));
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const forwarded = await forwardPorts(join(folder(), 'in.sock'), [{ port, to: { host: '::1', port: 1 } }]);
    servers.push(...forwarded.map(({ server }) => server));
    expect(forwarded[0]!.port).to.not.equal(port);
  });

  it('changes the address of a URL, and leaves alone where no port leads', () => {
    const { urlFromHere } = openPorts([{ port: 11_081, to: { host: 'fd00:1::3', port: 8081 } }]);
    expect(urlFromHere('https://[fd00:1::3]:8081/password.php?user=a&token=b')).to.equal(
      'https://127.0.0.1:11081/password.php?user=a&token=b',
    );
    expect(urlFromHere('https://[fd00:1::3]:8082/')).to.equal('https://[fd00:1::3]:8082/');
  });
});
