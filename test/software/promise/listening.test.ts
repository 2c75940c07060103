import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { findClosedPort, sharedFolder, startedServers } from '../../support/promise/stand-ins.ts';

describe('listening', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const start = startedServers();
  let closedPort: string;
  before(async () => {
    closedPort = await findClosedPort();
  });

  const listening = (config: Record<string, string>) =>
    sense('listening', { ...config, service: 'postfix', log: 'var/log/postfix.log' });

  it('is content with a port and with a socket that somebody listens on', async () => {
    const port = await start(createServer());
    expect(await listening({ host: '127.0.0.1', port })).to.include({ level: 'info' });
    const socket = join(folder(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await listening({ socket })).to.include({ level: 'info' });
    } finally {
      server.close();
    }
  });

  it('tells where nobody listens, who should, and which log to read', async () => {
    expect(await listening({ host: '127.0.0.1', port: closedPort })).to.deep.equal({
      level: 'error',
      message: `nobody listens on [127.0.0.1]:${closedPort} (Connection refused); start postfix, see var/log/postfix.log`,
    });
    expect((await listening({ socket: join(folder(), 'none') })).message).to.contain(
      '/none (No such file or directory); start postfix',
    );
  });
});
