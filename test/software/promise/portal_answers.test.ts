import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import { type TLSSocket, createServer as createTlsServer } from 'node:tls';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import {
  findClosedPort,
  madeCertificates,
  sharedFolder,
  startedServers,
} from '../../support/promise/stand-ins.ts';

describe('portal_answers', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const made = madeCertificates(folder);
  const start = startedServers();
  let closedPort: string;
  before(async () => {
    closedPort = await findClosedPort();
  });

  it('is content with the expected status, whatever the certificate', async () => {
    const port = await start(
      createTlsServer({ key: made().expired.key, cert: made().expired.cert }, (socket: TLSSocket) => {
        socket.on('error', () => socket.destroy());
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      }),
    );
    const url = `https://127.0.0.1:${port}/health`;
    expect(await sense('portal_answers', { url, 'expected-status': '401' })).to.deep.equal({
      level: 'info',
      message: `${url}: answers 401`,
    });
  });

  it('tells another status, and does not follow redirections', async () => {
    const port = await start(
      createHttpServer((_request, response) => response.writeHead(302, { location: '/' }).end()),
    );
    const url = `http://127.0.0.1:${port}/`;
    const line = await sense('portal_answers', { url });
    expect(line.level).to.equal('error');
    expect(line.message).to.contain('answers 302 instead of 200');
  });

  it('leaves a closed port to the promise that watches it', async () => {
    const line = await sense('portal_answers', {
      url: `https://127.0.0.1:${closedPort}/`,
      'listen-promise': 'apache-httpd-port-listening',
    });
    expect(line.level).to.equal('info');
    expect(line.message).to.match(/left to apache-httpd-port-listening$/);
  });

  /** The monitor: 401 to everybody but the user admin with `password`, to whom it answers `status`. */
  const monitor = async (password: string, status = 200): Promise<Record<string, string>> => {
    const known = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    const port = await start(
      createHttpServer((request, response) => {
        response.writeHead(request.headers.authorization === known ? status : 401).end();
      }),
    );
    return configured(`http://127.0.0.1:${port}`);
  };
  const configured = async (url: string): Promise<Record<string, string>> => {
    const [config, secrets] = [join(folder(), 'portal.json'), join(folder(), 'secrets')];
    await writeFile(config, JSON.stringify({ 'monitor-url': url }));
    await writeFile(secrets, '# ours\nmonitor-password the-right-one\nother x\n');
    return {
      ...{ 'portal-config': config, 'expected-status': '401', 'own-address': `127.0.0.1:${closedPort}` },
      ...{ 'listen-promise': 'monitor-listening', 'secrets-file': secrets, secret: 'monitor-password' },
      'open-promise': 'monitor-open',
    };
  };

  it('is content when the monitor knows its password', async () => {
    const line = await sense('portal_answers', await monitor('the-right-one'));
    expect(line.level).to.equal('info');
    expect(line.message).to.match(/: answers 200$/);
  });

  it('tells that the monitor does not take its password or fails with it, and never the password', async () => {
    for (const [password, status, expected] of [
      ['another-one', 200, 401],
      ['the-right-one', 503, 503],
    ] as const) {
      const line = await sense('portal_answers', await monitor(password, status));
      expect(line.level).to.equal('error');
      expect(line.message).to.contain(`answers ${expected} to the user admin instead of 200`);
      expect(line.message).not.to.contain('the-right-one');
    }
  });

  it('leaves what everybody meets to the promise without a password', async () => {
    const port = await start(createHttpServer((_request, response) => response.writeHead(503).end()));
    const config = await configured(`http://127.0.0.1:${port}`);
    expect((await sense('portal_answers', config)).message).to.match(/left to monitor-open$/);
    expect((await sense('portal_answers', { ...config, 'secrets-file': '' })).message).to.contain(
      'answers 503 instead of 401',
    );
  });

  it('leaves a closed port of its own to the promise that watches it, and tells of that of a frontend', async () => {
    const own = { ...(await configured(`http://127.0.0.1:${closedPort}`)), 'secrets-file': '' };
    expect((await sense('portal_answers', own)).message).to.match(/left to monitor-listening$/);
    const line = await sense('portal_answers', { ...own, 'own-address': '[fd00::1]:8196' });
    expect(line.level).to.equal('error');
    expect(line.message).to.contain('see the frontend that has this address');
  });

  it('tells that the password or the configuration is missing', async () => {
    const config = await monitor('the-right-one');
    const unnamed = await sense('portal_answers', { ...config, secret: 'none' });
    expect(unnamed.message).to.match(/secrets: names no none; process the partition again$/);
    const absent = await sense('portal_answers', { ...config, 'portal-config': join(folder(), 'absent') });
    expect(absent.message).to.match(/absent: No such file or directory; process the partition again$/);
  });
});
