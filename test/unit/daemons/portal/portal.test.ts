import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { XMLParser } from 'fast-xml-parser';
import type { FastifyInstance } from 'fastify';

import { buildPortal } from '../../../../src/daemons/portal/portal.ts';
import { account, type Partition, partitionWith, secrets, token, waitingAccount } from './portal-fixture.ts';

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const admin = basic('admin', secrets['webmail-admin-password']);
const monitor = basic('admin', secrets['monitor-password']);

describe('the portal', () => {
  let partition: Partition;
  let portal: FastifyInstance;

  beforeEach(async () => {
    partition = await partitionWith([
      waitingAccount('alice@example.com'),
      account('bob@example.com', { password: '{BLF-CRYPT}$2b$10$hashhashhash', holder: 'shared:<b>bob</b>' }),
      account('carol@example.com', { state: 'released', password: '{BLF-CRYPT}$2b$10$hashhashhash' }),
    ]);
    ({ app: portal } = await buildPortal(partition.configFile));
  });

  afterEach(async () => {
    await portal.close();
    await partition.remove();
  });

  it('sends every page without script, cookie, cache, referrer or frame', async () => {
    for (const url of ['/', '/?admin', '/password.php', '/monitor/', '/nowhere', '/health', '/%zz']) {
      const { headers } = await portal.inject(url);
      expect(headers['content-security-policy'], url).to.match(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['content-security-policy'], url).to.not.contain('unsafe');
      expect(headers['cache-control'], url).to.equal('no-store');
      expect(headers['referrer-policy'], url).to.equal('no-referrer');
      expect(headers['x-frame-options'], url).to.equal('DENY');
      expect(headers['x-content-type-options'], url).to.equal('nosniff');
      expect(headers, url).to.not.have.property('set-cookie');
    }
  });

  it('answers unknown addresses, other methods and bad addresses with a small page of its own', async () => {
    for (const [method, url, status] of [
      ['GET', '/nowhere', 404],
      ['PUT', '/password.php', 404],
      ['GET', '/monitor-else', 404],
      ['GET', '/%zz', 400],
    ] as const) {
      const answer = await portal.inject({ method, url });
      expect(answer.statusCode, url).to.equal(status);
      expect(answer.headers['content-type'], url).to.contain('text/html');
    }
  });

  it('says that it is not possible just now when the disk is full, and why in its log', async () => {
    portal.get('/full', () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    const answer = await portal.inject({ url: '/full' });
    expect(answer.statusCode).to.equal(503);
    expect(answer.body).to.contain('Nothing was changed');
    expect(await partition.log())
      .to.contain('make room on this disk')
      .and.not.contain('bug of slapos-mail');
  });

  it('accepts forms only, and of 16 KB at most', async () => {
    const post = (type: string, payload: string) =>
      portal.inject({ method: 'POST', url: '/password.php', headers: { 'content-type': type }, payload });
    expect((await post('application/json', '{"user":"alice@example.com"}')).statusCode).to.equal(415);
    expect((await post('text/plain', 'user=alice@example.com')).statusCode).to.equal(415);
    const form = 'application/x-www-form-urlencoded';
    expect((await post(form, `user=${'x'.repeat(17_000)}`)).statusCode).to.equal(413);
    expect((await post(form, 'user=a&user=b&__proto__[user]=c')).statusCode).to.equal(200);
    expect((await post(form, '')).statusCode).to.equal(200);
  });

  it('shows domains, settings and the way to the password on its first page', async () => {
    for (const url of ['/', '//']) {
      const { statusCode, body } = await portal.inject(url);
      expect(statusCode).to.equal(200);
      expect(body)
        .to.contain('mail one')
        .and.to.contain('example.com')
        .and.to.contain('href="/password.php"');
      expect(body).to.contain('<code>10993</code>').and.to.contain('<code>10025</code>');
      expect(body).to.contain('A message may have 50 MiB, which is 36 MiB of attachments');
    }
  });

  it('serves the style sheet that its pages name', async () => {
    const { body } = await portal.inject('/');
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec(body)?.[1] ?? '';
    const { headers, statusCode } = await portal.inject(href);
    expect(statusCode).to.equal(200);
    expect(headers['content-type']).to.contain('text/css');
    expect((await portal.inject(`/monitor${href}`)).statusCode).to.equal(200);
  });

  it('shows the accounts to the administrator only, and never hashes or tokens', async () => {
    const wrong = [
      {},
      monitor,
      basic('root', secrets['webmail-admin-password']),
      basic('admin', ''),
      { authorization: 'Basic !' },
      { authorization: `Bearer ${secrets['webmail-admin-password']}` },
    ];
    for (const headers of wrong) {
      const answer = await portal.inject({ url: '/?admin', headers });
      expect(answer.statusCode).to.equal(401);
      expect(answer.headers['www-authenticate']).to.match(/^Basic realm=/);
      expect(answer.body).to.not.contain('alice');
    }
    const { statusCode, body } = await portal.inject({ url: '//?admin', headers: admin });
    expect(statusCode).to.equal(200);
    expect(body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).to.contain(
      'alice@example.com waiting for password alice example.com/alice/alice bob@example.com active &lt;b&gt;bob&lt;/b&gt; example.com/bob/bob carol@example.com released carol',
    );
    expect(body)
      .to.not.match(/BLF-CRYPT|sha256|\$2b\$/)
      .and.to.not.contain(token);
  });

  it('refuses an empty password when the ledger has no secret, and stops guesses', async () => {
    const bare = await partitionWith([]);
    await rm(join(bare.folder, 'srv'), { recursive: true });
    const { app: other } = await buildPortal(bare.configFile);
    for (let index = 0; index < 10; index += 1) {
      const answer = await other.inject({ url: '/?admin', headers: basic('admin', '') });
      expect(answer.statusCode).to.equal(401);
    }
    const limited = await other.inject({ url: '/?admin', headers: basic('admin', '') });
    expect(limited.statusCode).to.equal(429);
    expect(limited.headers).to.have.property('retry-after');
    await other.close();
    await bare.remove();
  });

  it('tells its health, and a short reason when the ledger cannot be read', async () => {
    expect((await portal.inject('/health')).json()).to.deep.equal({ status: 'ok' });
    await writeFile(join(partition.store.folder, 'current/holders'), 'nonsense\n');
    const sick = await portal.inject('/health');
    expect(sick.statusCode).to.equal(503);
    expect(sick.json()).to.deep.equal({ status: 'unavailable', reason: 'the ledger cannot be read' });
    expect(sick.body).to.not.contain(partition.folder);
    const page = await portal.inject({ url: '/?admin', headers: admin });
    expect(page.statusCode).to.equal(503);
    expect(page.headers).to.have.property('retry-after');
    expect(await partition.log()).to.contain('holders:1');
  });

  it('shows the monitor, its feeds and metrics with the monitor password only', async () => {
    const results = join(partition.folder, '.slapgrid/promise/result');
    await mkdir(results, { recursive: true });
    const result = {
      type: 'Test Result',
      failed: true,
      date: '2026-11-21T05:00:00+0000',
      message: 'a < b \u0007&',
    };
    await writeFile(join(results, 'imap_listen.py.status.json'), JSON.stringify({ title: 'imap', result }));
    for (const url of [
      '/monitor/',
      '/monitor/public/feeds',
      '/monitor/public/promises.rss',
      '/monitor/metrics',
    ]) {
      expect((await portal.inject(url)).statusCode, url).to.equal(401);
      expect((await portal.inject({ url, headers: admin })).statusCode, url).to.equal(401);
      expect((await portal.inject({ url, headers: monitor })).statusCode, url).to.equal(200);
    }
    expect((await portal.inject('/monitor/nowhere')).statusCode).to.equal(401);
    expect((await portal.inject({ url: '/monitor/nowhere', headers: monitor })).statusCode).to.equal(404);
    expect((await portal.inject({ url: '/monitor/', headers: monitor })).body).to.contain('a &lt; b');

    const feeds = await portal.inject({ url: '/monitor/public/feeds', headers: monitor });
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
    const { outline } = parser.parse(feeds.body).opml.body.outline;
    expect(outline.xmlUrl).to.equal('https://[fd00::1]:8196/public/promises.rss');
    const rss = await portal.inject({ url: '/monitor/public/promises.rss', headers: monitor });
    const { item } = parser.parse(rss.body).rss.channel;
    expect(item).to.include({ title: '[ERROR] imap_listen.py', category: 'ERROR', description: 'a < b &' });
    expect(item.pubDate).to.equal('Sat, 21 Nov 2026 05:00:00 GMT');
  });

  it('lets the monitoring application read the feeds from a browser, and no other site', async () => {
    const origin = 'https://monitor.app.officejs.com';
    const preflight = await portal.inject({
      method: 'OPTIONS',
      url: '/monitor/public/feeds',
      headers: { origin },
    });
    expect(preflight.statusCode).to.equal(204);
    expect(preflight.headers['access-control-allow-origin']).to.equal(origin);
    expect(preflight.headers['access-control-allow-headers']).to.equal('Authorization');
    const other = await portal.inject({
      url: '/monitor/',
      headers: { ...monitor, origin: 'https://example.net' },
    });
    expect(other.headers).to.not.have.property('access-control-allow-origin');
  });

  it('counts accounts, passwords, failures and requests', async () => {
    const fields = new URLSearchParams({ user: 'alice@example.com', token, password: 'nine char' });
    const post = () =>
      portal.inject({
        method: 'POST',
        url: '/password.php',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `${fields}`,
      });
    await post();
    await post();
    const { body, headers } = await portal.inject({ url: '/monitor/metrics', headers: monitor });
    expect(headers['content-type']).to.contain('text/plain; version=0.0.4');
    for (const line of [
      'slapos_mail_accounts{state="active"} 2',
      'slapos_mail_accounts{state="waiting-for-password"} 0',
      'slapos_mail_accounts{state="released"} 1',
      'slapos_mail_passwords_set_total{by="token"} 1',
      'slapos_mail_portal_failures_total{reason="denied"} 1',
      'slapos_mail_portal_requests_total{status="2xx"} 1',
      'slapos_mail_portal_requests_total{status="4xx"} 1',
    ]) {
      expect(body).to.contain(`${line}\n`);
    }
  });

  it('follows its configuration file without a restart, and keeps the last good one', async () => {
    await partition.writeConfig({ title: 'mail two' });
    expect((await portal.inject('/')).body).to.contain('mail two');
    await writeFile(partition.configFile, '{');
    expect((await portal.inject('/')).body).to.contain('mail two');
    expect((await portal.inject('/')).body).to.contain('mail two');
    const reports = (await partition.log()).split('\n').filter((line) => line.includes('portal.json'));
    expect(reports).to.have.length(1);
    await rm(partition.configFile);
    expect((await portal.inject('/')).statusCode).to.equal(200);
    await partition.writeConfig({ title: 'mail three' });
    expect((await portal.inject('/')).body).to.contain('mail three');
  });

  it('goes on logging in a new file when the log was rotated, and works when it cannot log', async () => {
    const guess = () => portal.inject({ url: '/?admin', headers: basic('admin', 'guess') });
    await guess();
    await rename(partition.config.log, `${partition.config.log}.1`);
    await guess();
    expect((await partition.log()).trim().split('\n')).to.have.length(1);
    await rm(partition.config.log);
    await mkdir(partition.config.log);
    expect((await guess()).statusCode).to.equal(401);
  });

  it('has the monitor and no page for accounts where there are none', async () => {
    const bare = await partitionWith([], {
      accounts: null,
      'monitor-url': 'https://m.example',
    });
    const { app } = await buildPortal(bare.configFile);
    try {
      for (const url of ['/', '/?admin', '/password.php', '//password.php']) {
        expect((await app.inject(url)).statusCode, url).to.equal(404);
      }
      const post = { user: 'a@example.com', token, password: 'a new password' };
      const answer = await app.inject({
        method: 'POST',
        url: '/password.php',
        payload: new URLSearchParams(post).toString(),
      });
      expect(answer.statusCode).to.equal(404);
      expect((await app.inject('/monitor/')).statusCode).to.equal(401);
      const feeds = await app.inject({ url: '/monitor/public/feeds', headers: monitor });
      expect(feeds.statusCode).to.equal(200);
      expect(feeds.body).to.contain('https://m.example/public/promises.rss');
    } finally {
      await app.close();
      await bare.remove();
    }
  });
});
