import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

import { expect } from 'chai';

import type { Certificate } from '../../support/promise/certificate.ts';
import { imapStandIn } from '../../support/promise/imap-stand-in.ts';
import { sense } from '../../support/promise/sense.ts';
import {
  findClosedPort,
  madeCertificates,
  sharedFolder,
  smtpServer,
  startedServers,
} from '../../support/promise/stand-ins.ts';

describe('certificate_served', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const made = madeCertificates(folder);
  const start = startedServers();
  let closedPort: string;
  before(async () => {
    closedPort = await findClosedPort();
  });

  const served = (protocol: string, port: string, { bundle }: Certificate) =>
    sense('certificate_served', {
      host: '127.0.0.1',
      port,
      protocol,
      'certificate-file': bundle,
      'listen-promise': 'smtp_listen',
    });

  it('is content with the certificate of the file, by STARTTLS and by TLS', async () => {
    const smtp = await start(smtpServer(made().certificate));
    const imap = await start(imapStandIn(made().certificate, 'right', []));
    const tls = await start(createTlsServer({ key: made().certificate.key, cert: made().certificate.cert }));
    for (const [protocol, port] of [
      ['smtp', smtp],
      ['imap', imap],
      ['tls', tls],
    ] as const) {
      expect(await served(protocol, port, made().certificate)).to.include({ level: 'info' });
    }
  });

  it('tells that another certificate is served', async () => {
    const line = await served('smtp', await start(smtpServer(made().certificate)), made().other);
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/serves another certificate than .*other\.pem.*; reload the service$/);
  });

  it('tells that the certificate has expired', async () => {
    const port = await start(createTlsServer({ key: made().expired.key, cert: made().expired.cert }));
    const line = await served('tls', port, made().expired);
    expect(line.level).to.equal('error');
    expect(line.message).to.contain('has expired; renew');
  });

  it('leaves a closed port to the promise that watches it', async () => {
    const line = await served('imap', closedPort, made().certificate);
    expect(line).to.include({ level: 'info' });
    expect(line.message).to.match(/refuses connections, left to smtp_listen$/);
  });

  it('tells that a port without TLS gives no session', async () => {
    // The promise hangs up in the middle of its greeting.
    const greeter = createServer((socket) => socket.on('error', () => socket.destroy()).end('hello\r\n'));
    const port = await start(greeter);
    const line = await served('tls', port, made().certificate);
    expect(line.level).to.equal('error');
    expect(line.message).to.contain('no TLS session');
  });

  it('tells that the file is missing', async () => {
    const line = await served('tls', closedPort, {
      ...made().certificate,
      bundle: join(folder(), 'none.pem'),
    });
    expect(line.level).to.equal('error');
    expect(line.message).to.contain('none.pem: No such file or directory');
  });
});
