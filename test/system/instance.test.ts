/** One instance of a mail server and its neighbours: what it publishes, and what changes and does not change. */
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../support/system/eventually.ts';
import { connectLines, type LineClient } from '../support/system/line-client.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import {
  activate,
  canLogIn,
  endpointsOf,
  fetchPage,
  imapClient,
  type MailServer,
  messagesOf,
} from '../support/system/mail-server.ts';
import { deliver, openSmtp, sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { changedPaths, fileStates, publicationCount, servicePids } from '../support/system/watching.ts';

const domain = 'mail1.example.com';
const alice = `alice@${domain}`;
const password = 'alices-pw';
const basics = { 'mail-domains': [domain], 'inbound-relay': { enable: false } };
const stranger = 'stranger@elsewhere.example';
/** Without etc/cron.d, whose two files buildout's recipe writes each time, always the same. */
const watched = [
  ...[
    'connection.json',
    'portal.json',
    'profile.cfg',
    'promises.json',
    'logrotate.conf',
    'promise-credentials.json',
  ],
  ...['apache', 'dovecot', 'postfix', 'plugin', 'run', 'service'],
]
  .map((name) => join('etc', name))
  .concat('libexec', 'bin', 'srv/ledger');
/** Of the node. A range of its IMAPS ports is taken by somebody else. */
const ipv4 = '127.82.0.26';
const takenPorts = Array.from({ length: 40 }, (_, index) => 10993 + index);
const ports = ['imap-port', 'imaps-port', 'smtp-port', 'sieve-port', 'webmail-url', 'monitor-base-url'];

describe('an instance of a mail server', () => {
  let mail: MailNode;
  let server: MailServer;
  let partition: string;
  let idle: LineClient;
  let smarthost: StandIn;
  let others: Server[] = [];

  before(async () => {
    others = await Promise.all(takenPorts.map((port) => occupy(ipv4, port)));
    smarthost = await startStandIn(
      { user: 'mail1', password: 'a secret: with blanks' },
      { submissions: true },
    );
    mail = await startMailNode({ partitions: 3, ipv4 });
    await mail.request('mail1', basics);
    await mail.requestAccount('mail1', 'alice', { address: alice });
    await mail.settle();
    partition = await mail.partition('mail1');
    server = endpointsOf(await mail.published('mail1'));
    await activate(mail, 'mail1', 'alice', password);
  });

  after(async () => {
    idle?.close();
    await mail?.stop();
    await smarthost?.stop();
    for (const other of others) other.close();
  });

  it('publishes every key as text, in the shapes that requesters know', async () => {
    const { slaves, 'error-dict': errors, ...texts } = await mail.published('mail1');
    const webUrl = String(texts['webmail-url']);
    const shapes: Record<string, RegExp> = {
      'imap-port': /^10\d{3}$/,
      'imaps-port': /^1\d{4}$/,
      'smtp-port': /^10\d{3}$/,
      'sieve-port': /^4\d{3}$/,
      'imap-smtp-ipv6': /^::1$/,
      'email-size-limit': /^\d+$/,
      'attachment-size-limit': /^\d+$/,
      'webmail-url': /^https:\/\/\[::1\]:8\d{3}\/$/,
      'webmail-admin-url': /^https:.*\/\?admin$/,
      'webmail-admin-password': /^\S{16,}$/,
      'password-url': /^https:.*[^/]\/password\.php$/,
      'monitor-base-url': /^https:\/\/\[::1\]:8\d{3}$/,
      'monitor-setup-url':
        /^https:\/\/monitor\.app\.officejs\.com\/#page=ojsm_landing&url=https:.*\/public\/feeds&username=admin&password=\S{16,}$/,
    };
    expect(texts).to.have.all.keys(Object.keys(shapes));
    for (const [key, shape] of Object.entries(shapes))
      expect(texts[key], key).to.be.a('string').that.matches(shape);
    expect(texts['webmail-admin-url']).to.equal(`${webUrl}?admin`);
    expect(texts['password-url']).to.equal(`${webUrl}password.php`);
    expect(slaves).to.have.nested.property('_alice.address', alice);
    expect(JSON.stringify(slaves)).to.not.contain(String((await mail.published('alice'))['token']));
    expect(errors).to.deep.equal({});
  });

  it('serves its web addresses, with HSTS', async () => {
    const published = await mail.published('mail1');
    for (const [key, status] of [
      ['webmail-url', 200],
      ['webmail-admin-url', 401],
      ['password-url', 200],
      ['monitor-base-url', 401],
    ] as const) {
      const page = await fetchPage(String(published[key]));
      expect(page.status, key).to.equal(status);
      expect(page.headers['strict-transport-security'], key).to.match(/^max-age=\d{7,}/);
    }
    const credentials = `admin:${String(published['webmail-admin-password'])}`;
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const admin = await fetchPage(String(published['webmail-admin-url']), undefined, { authorization });
    expect(admin.status).to.equal(200);
  });

  it('goes without the IPv4 where its port is taken there, and listens where it is free', async () => {
    const { imap, imaps } = server;
    const client = await connectLines({ ...imap, host: ipv4 });
    expect(await client.until(/^\* /)).to.contain('Dovecot');
    client.close();
    expect(takenPorts).to.include(imaps.port);
    expect(await readFile(join(partition, 'etc/dovecot/dovecot.conf'), 'utf8')).to.match(/address = ::1\n/);
    expect(await canLogIn(server, alice, password)).to.equal(true);
  });

  it('has certificates and fingerprints in the format that other programs read', async () => {
    const ssl = join(partition, 'etc/postfix/ssl');
    const read = (name: string) => readFile(join(ssl, `postfix-backend.${name}`), 'utf8');
    const bundle = await read('bundle.pem');
    expect(bundle).to.match(
      /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/,
    );
    for (const name of ['', 'next.']) {
      const certificate = new X509Certificate(
        (await read(`${name}bundle.pem`)).replace(/^[^]*?(?=-----BEGIN CERT)/, ''),
      );
      const line = await read(`${name}fingerprint`);
      expect(line).to.equal(`sha256 Fingerprint=${certificate.fingerprint256}\n`);
      expect(Date.parse(certificate.validTo) - Date.now()).to.be.greaterThan(3640 * 86_400_000);
      expect(certificate.publicKey.asymmetricKeyType).to.equal('ec');
    }
    expect((await stat(join(ssl, 'postfix-backend.bundle.pem'))).mode & 0o077).to.equal(0);
  });

  it('writes nothing and publishes nothing when nothing changed', async () => {
    // Once before: a password that was set a moment ago is news for `slaves`.
    await mail.reprocess();
    const [files, publications, pids] = await Promise.all([
      fileStates(partition, watched),
      publicationCount(mail),
      servicePids(mail, partition),
    ]);
    const pass = await mail.reprocess();
    expect(pass.processed).to.deep.equal([basename(partition)]);
    expect(changedPaths(files, await fileStates(partition, watched))).to.deep.equal([]);
    expect(await publicationCount(mail)).to.equal(publications);
    expect(await servicePids(mail, partition)).to.deep.equal(pids);
  });

  it('touches only tables for one more account and one more alias, and open connections go on', async () => {
    idle = await connectLines(server.imap);
    await idle.until(/^\* OK/);
    await idle.command('a STARTTLS', /^a OK/);
    await idle.secure();
    await idle.command(`b LOGIN ${alice} ${password}`, /^b OK/);
    await idle.command('c SELECT INBOX', /^c OK/);
    await idle.command('d IDLE', /^\+/);
    const smtp = await openSmtp(server.smtp);
    const [files, pids] = await Promise.all([fileStates(partition, watched), servicePids(mail, partition)]);

    await mail.requestAccount('mail1', 'bob', { address: `bob@${domain}` });
    await mail.requestAccount('mail1', 'sales', {
      kind: 'alias',
      address: `sales@${domain}`,
      destinations: [alice],
    });
    const { output } = await mail.settle();

    expect(output).not.to.match(/(postfix|dovecot|apache|portal|crond|policy) (reloads|stops)|sessions of/);
    expect(await servicePids(mail, partition)).to.deep.equal(pids);
    const changed = changedPaths(files, await fileStates(partition, watched));
    const expected = /^(etc\/postfix\/(mailboxes|recipients|sender-logins)(\.(cdb|lmdb))?|srv\/ledger\/.*)$/;
    expect(changed.filter((path) => !expected.test(path))).to.deep.equal([]);
    expect(await deliver(smtp, { sender: stranger, recipients: [alice] })).to.equal('accepted');
    expect(await sendBy(server.smtp, { sender: stranger, recipients: [`bob@${domain}`] })).to.equal(
      'accepted',
    );
    smtp.close();
    await idle.until(/^\* \d+ EXISTS/);
    expect(await sendBy(server.smtp, { sender: stranger, recipients: [`sales@${domain}`] })).to.equal(
      'accepted',
    );
    await idle.until(/^\* \d+ EXISTS/);
  });

  it('has Postfix and Dovecot read a changed size limit again, and leaves open connections and the others alone', async () => {
    const pids = await servicePids(mail, partition);
    await mail.request('mail1', {
      ...basics,
      'email-size-limit': 3,
      'outbound-relay': {
        host: smarthost.host,
        port: smarthost.port,
        user: 'mail1',
        password: 'a secret: with blanks',
      },
    });
    const { output } = await mail.settle();
    expect(output)
      .to.contain('postfix reloads')
      .and.contain('dovecot reloads')
      .and.not.match(/apache reloads|stops/);
    expect(await servicePids(mail, partition)).to.deep.equal(pids);
    await eventually('the new limit', async () => {
      const client = await connectLines(server.smtp);
      await client.until(/^220 /);
      const offered = await client.command('EHLO client.example', /^250 /);
      client.close();
      return offered.includes(`SIZE ${3 * 1024 * 1024}`);
    });
    await sendBy(server.smtp, { sender: stranger, recipients: [alice] });
    await idle.until(/^\* \d+ EXISTS/);
  });

  it('sends to other servers through the host of its parameters, logged in and by TLS from the first byte', async () => {
    const login = { user: alice, pass: password };
    const message = 'Subject: through the smarthost\r\n\r\nhi\r\n';
    const recipients = ['friend@elsewhere.example', 'other@third.example'];
    expect(await sendBy(server.smtp, { sender: alice, recipients, message }, { login })).to.equal('accepted');
    const received = () => smarthost.received.flatMap((one) => one.recipients).sort();
    await eventually('arrival', () => received().length === 2);
    expect(received()).to.deep.equal(recipients);
    expect(smarthost.received[0]).to.include({ sender: alice, user: 'mail1' });
    const secrets = await stat(join(partition, 'etc/postfix/smarthost-passwords'));
    expect(secrets.mode & 0o777).to.equal(0o600);
  });

  it('refuses parameters that break the schema, tells all of it, and goes on as before', async () => {
    const published = await mail.published('mail1');
    const pids = await servicePids(mail, partition);
    await mail.request('mail1', { ...basics, 'demo-disable-auth': true, 'email-size-limit': 0 });
    const pass = await mail.node.processInstances();
    expect(pass.exitCode).to.equal(1);
    const name = basename(partition);
    const log = await readFile(join(partition, `.slapgrid-${name}-error.log`), 'utf8');
    for (const text of [pass.output, log]) {
      expect(text).to.contain('/demo-disable-auth: unknown').and.contain('/email-size-limit: ');
    }
    expect(log.trimEnd().split('\n').at(-1)).to.equal(
      'Error: /email-size-limit: 0 is too small; the least is 1',
    );

    expect(await mail.published('mail1')).to.deep.equal(published);
    expect(await servicePids(mail, partition)).to.deep.equal(pids);
    expect(await canLogIn(server, alice, password)).to.equal(true);
  });

  it('recovers when its parameters are mended', async () => {
    const pids = await servicePids(mail, partition);
    await mail.request('mail1', basics);
    const { exitCode } = await mail.settle();
    expect(exitCode).to.equal(0);
    expect(await servicePids(mail, partition)).to.deep.equal(pids);
    await sendBy(server.smtp, { sender: stranger, recipients: [alice] });
    await idle.until(/^\* \d+ EXISTS/);
  });

  describe('with neighbours on the same addresses', () => {
    const names = ['mail1', 'mail2', 'ors'];
    let earlier: Readonly<Record<string, unknown>>[];
    const portsOf = async (name: string) => {
      const published = await mail.published(name);
      return ports.map((key) => published[key]);
    };

    before(async () => {
      await mail.request('mail2');
      await mail.request(
        'ors',
        {
          'mail-domains': ['ors.example.com'],
          'inbound-relay': { enable: false },
          'demo-disable-auth': true,
        },
        'default-ors',
      );
      await mail.requestAccount('mail2', 'charlie', { address: 'charlie@mail2.example.com' });
      await mail.settle();
      earlier = await Promise.all(names.map((name) => mail.published(name)));
      await activate(mail, 'mail2', 'charlie', 'charlies-pw');
    });

    it('has ports of its own', async () => {
      const all = (await Promise.all(names.map(portsOf))).flat();
      expect(new Set(all).size).to.equal(all.length);
    });

    it('keeps its accounts apart from theirs', async () => {
      const mail2 = endpointsOf(await mail.published('mail2'));
      expect(await canLogIn(mail2, 'charlie@mail2.example.com', 'charlies-pw')).to.equal(true);
      expect(await canLogIn(mail2, alice, password)).to.equal(false);
      const wrongDoor = { sender: stranger, recipients: [alice] };
      expect(await sendBy(mail2.smtp, wrongDoor)).to.match(/^RCPT 5/);
    });

    it('takes any login where authentication is off for a demonstration, for hosted domains only', async () => {
      const ors = endpointsOf(await mail.published('ors'));
      const user = 'anybody@ors.example.com';
      const send = (sender: string, recipient: string, login = user) =>
        sendBy(ors.smtp, { sender, recipients: [recipient] }, { login: { user: login, pass: 'whatever' } });
      expect(await send(user, 'Another@ors.example.com')).to.equal('accepted');
      await eventually('arrival', async () => {
        const found = await messagesOf(ors, 'another@ors.example.com', 'other-pw');
        return found.length === 1;
      });
      expect(await send('another@ors.example.com', user)).to.match(/^RCPT 5/);
      expect(await send('x@elsewhere.example', user, 'x@elsewhere.example')).to.match(/^RCPT 5/);
      expect(await send(user, user, 'ANYBODY@ORS.example.com')).to.equal('accepted');
      const client = imapClient(ors.imaps, 'newcomer@ors.example.com', 'pw');
      await client.connect();
      expect((await client.mailboxOpen('INBOX')).exists).to.equal(0);
      await client.logout();
    });

    it('keeps its ports and passwords over a restart of the node', async () => {
      idle.close();
      await mail.restart();
      await mail.settle();
      const all = await Promise.all(names.map((name) => mail.published(name)));
      // What is known of accounts is brought up to date whenever the instance is processed.
      expect(all).to.deep.equal(earlier.map((one, index) => ({ ...one, slaves: all[index]?.['slaves'] })));
      expect(await canLogIn(server, alice, password)).to.equal(true);
    });
  });
});

function occupy(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ host, port }, () => resolve(server));
  });
}
