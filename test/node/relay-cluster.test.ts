/**
 * The relay cluster with mail servers, a delivery service and the outside world, all with addresses of their own:
 * partitions have `fd00:1::/64`, strangers `fd00:2::/64`, servers that are no instances `fd00:3::/64`.
 */
import { X509Certificate } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { type NameServer, startNameServer } from '../../src/node/namespace/name-server.ts';
import { selfSignedIdentity, type TlsIdentity } from '../../src/node/stand-ins/self-signed-identity.ts';
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../src/node/stand-ins/stand-in-smtp-server.ts';
import { eventually } from '../support/node/eventually.ts';
import { describeInNamespace } from '../support/node/in-namespace.ts';
import { connectLines, type Endpoint } from '../support/node/line-client.ts';
import { endpointsOf, type MailServer, messagesOf } from '../support/node/mail-server.ts';
import { type RelayWorld, startRelayWorld } from '../support/node/relay-world.ts';
import { openSmtp, sendBy, type SmtpOptions } from '../support/node/smtp.ts';
import { servedBySmtp } from '../support/node/watching.ts';

const outside = 'fd00:2::1';
const addresses = {
  delivery: { host: 'fd00:3::1', port: 2525 },
  password: { host: 'fd00:3::2', port: 2525 },
  address: { host: 'fd00:3::3', port: 2525 },
};
const user1 = 'testmail@mail1.example.com';
const user2 = 'testmail@mail2.example.com';
const testPassword = 'password123';
const foreign = 'someone@foreign.example';
const reply = /^\d{3} /;
const greylistingDelay = 2;
/** A fingerprint that nothing has. */
const noCertificate = Array<string>(32).fill('AB').join(':');

const records = [
  'mail1.example.com. MX 10 mx1.relay.example.',
  'by-password.example. MX 10 MX2.relay.example.',
  'elsewhere.example. MX 10 mx.elsewhere.example.',
  'no-exchanger.example. AAAA fd00:2::80',
  'mx1.relay.example. AAAA fd00:1::5',
  'mx2.relay.example. AAAA fd00:1::6',
  'nobody.example. TXT "v=spf1 -all"',
  'sender.example. TXT "v=spf1 ip6:fd00:2::/64 -all"',
  'client.example. TXT "v=spf1 ip6:fd00:2::/64 ?all"',
  'confused.example. TXT "v=spf1 nonsense:here -all"',
  'disputed.example. MX 10 mx.elsewhere.example.',
  'proven.example. MX 10 mx.elsewhere.example.',
];

/** Two customers of one delivery service, which has one host and port. */
const accounts = { 'account-1': 'secret of 1', 'account-2': 'secret of 2' };
const services = {
  first: {
    ...addresses.delivery,
    user: 'account-1',
    password: accounts['account-1'],
    domains: ['mail1.example.com'],
  },
  second: {
    ...addresses.delivery,
    user: 'account-2',
    password: accounts['account-2'],
    domains: ['mail2.example.com', 'mail1.example.com'],
  },
};

/** Envelope sender, recipient, result, title. */
type Attempt = [sender: string, recipient: string, result: RegExp, title: string];

const refused = /^RCPT 5/;
const attemptsFromOutside: Attempt[] = [
  ['out@world.example', user1, /^accepted$/, 'takes mail for a relayed domain'],
  ['out@world.example', user1.toUpperCase(), /^accepted$/, 'takes it in capitals'],
  ['', user1, /^accepted$/, 'takes bounces'],
  ['out@sub.mail2.example.com', user1, /^accepted$/, 'takes mail from a name below a relayed domain'],
  [
    'out@world.example',
    'nobody@mail1.example.com',
    /^RCPT 550 5\.1\.[01] .*does not know/,
    'refuses unknown recipients',
  ],
  ['out@world.example', 'nobody@sub.mail1.example.com', refused, 'takes nothing for a name below a domain'],
  ['anybody@mail2.example.com', user1, refused, 'refuses a forged sender of a relayed domain'],
  ['Anybody@MAIL2.Example.Com', user1, refused, 'refuses a forged sender in capitals'],
  ['testmail@mail1.example.com', user1, refused, 'refuses a forged sender of the same domain'],
  ['"anybody"@mail2.example.com', user1, refused, 'refuses a forged sender in quotes'],
  ['anybody@mail2.example.com.', user1, refused, 'refuses a forged sender with a dot at the end'],
  ['@world.example:anybody@mail2.example.com', user1, refused, 'refuses a forged sender behind a route'],
  ['out@world.example', foreign, refused, 'is no open relay'],
  ['', foreign, refused, 'is no open relay for bounces'],
  [user1, foreign, refused, 'is no open relay for senders of relayed domains'],
  ['out@world.example', 'someone%foreign.example@mail1.example.com', refused, 'knows no percent hack'],
  ['out@world.example', '"someone@foreign.example"@mail1.example.com', refused, 'relays no quoted address'],
  ['out@world.example', 'someone@foreign.example@mail1.example.com', refused, 'relays no address with two @'],
  ['out@world.example', '@mail1.example.com:someone@foreign.example', refused, 'follows no source route'],
  ['out@world.example', 'foreign.example!someone@mail1.example.com', refused, 'knows no bang path'],
  ['out@world.example', 'someone@[fd00:2::1]', refused, 'takes no address literal'],
];

describeInNamespace('mail relay', import.meta.url, ({ it, before, after }) => {
  let names: NameServer;
  let world: RelayWorld;
  let delivery: StandInSmtpServer;
  let passwordBackend: StandInSmtpServer;
  let addressBackend: StandInSmtpServer;
  let customCertificate: TlsIdentity;
  let firstPassword: unknown;
  let mail1: MailServer;
  let mail2: MailServer;
  const node1: Record<'inbound' | 'outbound', Endpoint> = {
    inbound: { host: '', port: 10025 },
    outbound: { host: '', port: 10587 },
  };
  const node2 = structuredClone(node1);

  const pem = ({ key, cert }: TlsIdentity) => key + cert;
  const clusterParameters = (node2State: 'started' | 'stopped', certificate: string) => ({
    topology: {
      node1: { fqdn: 'mx1.relay.example' },
      node2: {
        fqdn: 'mx2.relay.example',
        state: node2State,
        'custom-inbound-certificate': certificate,
        config: {
          greylisting: {
            'greylisting-delay': greylistingDelay,
            'whitelist-recipients': ['mail2.example.com'],
          },
        },
      },
    },
    'default-relay-config': { greylisting: { enable: false }, 'proxy-map': services },
    'something-new': true,
  });

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'smt-dns-'));
    names = await startNameServer({ folder, records, broken: ['broken.example'] });
    delivery = await startStandInSmtpServer({ ...addresses.delivery, passwords: accounts });
    passwordBackend = await startStandInSmtpServer(addresses.password);
    addressBackend = await startStandInSmtpServer(addresses.address);
    customCertificate = await selfSignedIdentity('stand-in', 30);
    world = await startRelayWorld(5);
    await world.requestCluster(clusterParameters('started', pem(customCertificate)));
    for (const name of ['mail1', 'mail2']) {
      await world.requestMailServer(name, {
        'mail-domains': [`${name}.example.com`, `also-${name}.example.com`],
        'test-account': true,
      });
    }
    const backend = (name: keyof typeof addresses) => ({
      'mail-server-host': addresses[name].host,
      'mail-server-port': addresses[name].port,
    });
    await world.requestDomain('by password', {
      ...{ name: 'By-Password.example.', authentication: 'password' },
      ...backend('password'),
    });
    await world.requestDomain('by address', { name: 'by-address.example', ...backend('address') });
    await world.requestDomain('first', { name: 'twice.example', ...backend('address') });
    await world.requestDomain('second', { name: 'TWICE.example', ...backend('password') });
    await world.requestDomain('elsewhere', { name: 'elsewhere.example', ...backend('address') });
    await world.requestDomain('no exchanger', { name: 'no-exchanger.example', ...backend('address') });
    for (const name of ['disputed', 'proven']) {
      await world.requestDomain(`${name} 1`, { name: `${name}.example`, ...backend('address') });
      await world.requestDomain(`${name} 2`, { name: `${name}.example`, ...backend('password') });
    }
    await world.requestDomain('broken', { name: 'broken.example', ...backend('address') });
    await world.requestDomain('impostor', {
      ...{ name: 'impostor.example', authentication: 'fingerprint' },
      ...{ fingerprints: [noCertificate], ...backend('password') },
    });
    await world.requestDomain('invalid', { name: 'invalid.example', 'mail-server-host': 'a host' });
    await world.settle();
    mail1 = endpointsOf(await world.published('mail1'));
    mail2 = endpointsOf(await world.published('mail2'));
    const [host1 = '', host2 = ''] = (await world.published('mailrelay'))['relay-hosts'] as string[];
    firstPassword = (await world.published('by password'))['outbound-password'];
    for (const service of ['inbound', 'outbound'] as const) {
      node1[service].host = host1;
      node2[service].host = host2;
    }
  });

  after(async () => {
    await world?.stop();
    await Promise.all([delivery?.stop(), passwordBackend?.stop(), addressBackend?.stop(), names?.stop()]);
  });

  let subjects = 0;
  const message = (sender: string): { subject: string; text: string } => {
    subjects += 1;
    const subject = `message ${subjects}.`;
    return { subject, text: `From: <${sender}>\r\nSubject: ${subject}\r\n\r\nhello\r\n` };
  };

  /** Sends a message with a subject of its own, which it returns. Throws when it is not accepted. */
  async function send(
    endpoint: Endpoint,
    sender: string,
    recipient: string,
    options: SmtpOptions,
  ): Promise<string> {
    const { subject, text } = message(sender);
    const result = await sendBy(endpoint, { sender, recipients: [recipient], message: text }, options);
    expect(result).to.equal('accepted');
    return subject;
  }

  const attempt = (endpoint: Endpoint, sender: string, recipient: string, options: SmtpOptions) =>
    sendBy(endpoint, { sender, recipients: [recipient] }, options);
  const logIn = (user: string): SmtpOptions => ({ login: { user, pass: testPassword } });
  const arrived = (server: MailServer, user: string, subject: string) =>
    eventually(
      `"${subject}" in the mailbox of ${user}`,
      async () =>
        (await messagesOf(server, user, testPassword)).find((text) => text.includes(`Subject: ${subject}`)),
      30_000,
    );
  const taken = ({ received }: StandInSmtpServer, subject: string) =>
    eventually(
      `"${subject}" at its backend or delivery service`,
      () => received.find(({ source }) => source.includes(`Subject: ${subject}`)),
      30_000,
    );

  /** Received headers, the oldest first, each in one line. */
  const hops = (source: string): string[] =>
    (source.split(/\r?\n\r?\n/)[0] ?? '')
      .replace(/\r?\n[ \t]+/g, ' ')
      .split(/\r?\n/)
      .filter((line) => line.startsWith('Received:'))
      .reverse();

  /** What mail1's own Postfix shows and where it speaks from. */
  async function asMail1(): Promise<SmtpOptions> {
    const bundle = await world.read('mail1', 'etc/postfix/ssl/postfix-backend.bundle.pem');
    const cert = bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE-----'));
    return { identity: { key: bundle.slice(0, -cert.length), cert }, from: mail1.smtp.host };
  }

  /** One holds the name, none has it relayed, and both hear how to prove it. */
  async function expectNobodyHas(name: string): Promise<void> {
    const claims = await Promise.all([1, 2].map((number) => world.published(`${name} ${number}`)));
    for (const published of claims) {
      expect(published, name).to.include.keys('verification-entry').and.to.not.have.property('outbound-host');
    }
    const errors = claims.map((published) => String(published['error']).split(':')[0]);
    expect(errors, name).to.have.members([
      'Your domain has not yet passed our domain verification',
      'this domain has already been claimed',
    ]);
  }

  // The four paths.

  it('leaves local mail local', async () => {
    const subject = await send(mail1.smtp, user1, user1, logIn(user1));
    const way = hops(await arrived(mail1, user1, subject));
    expect(way).to.have.lengthOf(2);
    expect(way.join('\n')).to.not.contain('relay.example');
  });

  it('takes mail from one mail server to another, with TLS and client certificates all the way', async () => {
    const subject = await send(mail1.smtp, user1, user2, logIn(user1));
    const way = hops(await arrived(mail2, user2, subject));
    expect(way[0]).to.match(/ by mail1 .*with ESMTPSA/);
    expect(way[1]).to.match(/from mail1 .*fd00:1::.*TLSv1\.3.*by mx1\.relay\.example .*with ESMTPS/);
    expect(way[2]).to.match(/from mx1\.relay\.example .*TLSv1\.3.*by mail2 .*with ESMTPS/);
    expect(way[1]).to.contain(`[IPv6:${mail1.smtp.host}]`);
    expect(way[2]).to.contain(`[IPv6:${node1.outbound.host}]`);
    expect(way).to.have.lengthOf(4);
  });

  it('takes mail to the world through the delivery service of its sender', async () => {
    const subject = await send(mail1.smtp, user1, foreign, logIn(user1));
    const { sender, recipients, user, client, source } = await taken(delivery, subject);
    expect({ sender, recipients, user, client }).to.deep.equal({
      sender: user1,
      recipients: [foreign],
      user: 'account-1',
      client: null,
    });
    expect(hops(source)[1]).to.match(/from mail1 .*by mx1\.relay\.example .*with ESMTPS/);
  });

  it('takes mail from the world to a mail server', async () => {
    const subject = await send(node1.inbound, 'out@world.example', user1, { from: outside });
    const way = hops(await arrived(mail1, user1, subject));
    expect(way[0]).to.match(/from client\.example .*fd00:2::1.*by mx1\.relay\.example .*with ESMTPS/);
    expect(way[1]).to.match(/from mx1\.relay\.example .*TLSv1\.3.*by mail1 .*with ESMTPS/);
    expect(way[1]).to.contain(`[IPv6:${node1.inbound.host}]`);
  });

  it('is not needed by nor in the way of backends that are no instances', async () => {
    const subject = await send(node1.inbound, 'out@world.example', 'any@by-address.example', {
      from: outside,
    });
    const { recipients, client } = await taken(addressBackend, subject);
    expect(recipients).to.deep.equal(['any@by-address.example']);
    expect(client).to.be.oneOf((await world.published('by address'))['tls-fingerprints'] as string[]);
  });

  it('knows several domains of one mail server', async () => {
    const also = 'testmail@also-mail1.example.com';
    await arrived(mail1, also, await send(mail2.smtp, user2, also, logIn(user2)));
    await arrived(mail1, also, await send(node1.inbound, 'out@world.example', also, { from: outside }));
    await arrived(mail2, user2, await send(mail1.smtp, also, user2, logIn(also)));
  });

  it('brings bounces back, and takes bounces of a mail server to the world', async () => {
    const subject = await send(mail1.smtp, user1, 'nobody@mail2.example.com', logIn(user1));
    const bounce = await arrived(mail1, user1, 'Undelivered Mail Returned to Sender');
    expect(bounce).to.contain(subject);
    const { user } = await taken(delivery, await send(node1.outbound, '', foreign, await asMail1()));
    expect(user).to.equal('account-1');
  });

  it('gives no mail to a backend that shows another certificate', async () => {
    const { 'outbound-user': user, 'outbound-password': pass } = await world.published('by password');
    const login = { user: String(user), pass: String(pass) };
    const sender = 'any@by-password.example';
    const subject = await send(node1.outbound, sender, 'any@impostor.example', { login, from: outside });
    await eventually('the message waits', async () => {
      const { output } = await world.tool('node1', 'outbound-mailq');
      return /any@by-password\.example\s+\(Server certificate not verified\)/.test(output);
    });
    expect(passwordBackend.received.filter(({ source }) => source.includes(subject))).to.deep.equal([]);
    expect((await world.tool('node1', 'outbound-postsuper', '-d', 'ALL')).exitCode).to.equal(0);
  });

  // Recipients and backends.

  for (const [sender, recipient, result, title] of attemptsFromOutside) {
    it(`${title}: from <${sender}> to <${recipient}>`, async () => {
      expect(await attempt(node1.inbound, sender, recipient, { from: outside })).to.match(result);
    });
  }

  it('defers for a backend that is down, and delivers everything once it is back', async () => {
    const known = await send(node1.inbound, 'out@world.example', user2, { from: outside });
    await arrived(mail2, user2, known);
    await world.control('stop', 'mail2', 'postfix');
    const subjectsSent: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      subjectsSent.push(await send(node1.inbound, 'out@world.example', user2, { from: outside }));
    }
    subjectsSent.push(await send(mail1.smtp, user1, user2, logIn(user1)));
    const unverified = await attempt(node1.inbound, 'out@world.example', 'other@mail2.example.com', {
      from: outside,
    });
    expect(unverified).to.match(/^RCPT 450 /);
    await world.control('start', 'mail2', 'postfix');
    await eventually('mail2 answers', () => servedBySmtp(mail2.smtp), 30_000);
    for (const service of ['inbound', 'outbound']) await world.tool('node1', `${service}-postqueue`, '-f');
    for (const subject of subjectsSent) await arrived(mail2, user2, subject);
  });

  // Who may send.

  it('tells a stranger why it may not send', async () => {
    const identity = await selfSignedIdentity();
    const stranger = await attempt(node1.outbound, user1, user2, { from: outside });
    expect(stranger).to.match(/^RCPT 554 5\.7\.1 .*no domain is relayed for fd00:2::1; log in/);
    const withCertificate = await attempt(node1.outbound, user1, foreign, { from: outside, identity });
    expect(withCertificate).to.match(/^RCPT 554 5\.7\.1 .*no domain is relayed for this client certificate/);
  });

  it('gives a mail server no right from its address alone', async () => {
    const result = await attempt(node1.outbound, user1, user2, { from: mail1.smtp.host });
    expect(result).to.match(/^RCPT 554 .*no domain is relayed for/);
  });

  it('lets a mail server send as its own domain only', async () => {
    const own = await asMail1();
    expect(await attempt(node1.outbound, user1, user2, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, foreign, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, foreign, { ...own, from: outside })).to.equal('accepted');
    for (const sender of [
      user2,
      'Anybody@MAIL2.example.com',
      'out@world.example',
      'testmail@sub.mail1.example.com',
      '"testmail@mail1.example.com"@mail2.example.com',
      'testmail@mail1.example.com@mail2.example.com',
    ]) {
      expect(await attempt(node1.outbound, sender, user1, own), sender).to.match(/^RCPT 5/);
    }
    const explained = await attempt(node1.outbound, user2, foreign, own);
    expect(explained).to.match(/you may send as also-mail1\S+, mail1\S+ only, not as mail2\.example\.com/);
  });

  it('lets no stranger deliver to a mail server past the relay', async () => {
    const identity = await selfSignedIdentity();
    for (const options of [{ from: outside }, { from: outside, identity }, { from: mail2.smtp.host }]) {
      expect(await attempt(mail1.smtp, 'out@world.example', user1, options)).to.match(/^RCPT 5/);
    }
  });

  it('takes AUTH only after STARTTLS, and no AUTH at all inbound', async () => {
    const plain = await connectLines(node1.outbound, outside);
    await plain.until(reply);
    expect(await plain.command('EHLO client.example', reply)).to.not.contain('AUTH');
    plain.close();
    const secured = await openSmtp(node1.outbound, { from: outside });
    expect(await secured.command('EHLO client.example', reply)).to.contain('AUTH PLAIN LOGIN');
    secured.close();
    const inbound = await openSmtp(node1.inbound, { from: outside });
    expect(await inbound.command('EHLO client.example', reply)).to.not.contain('AUTH');
    inbound.close();
  });

  it('lets a domain with a password send after it has logged in, as itself only', async () => {
    const { 'outbound-user': user, 'outbound-password': password } = await world.published('by password');
    expect(user).to.equal('by-password.example');
    const login = { user: String(user), pass: String(password) };
    const own = { login, from: outside };
    const subject = await send(node1.outbound, 'any@by-password.example', user1, own);
    expect(hops(await arrived(mail1, user1, subject))[0]).to.match(/with ESMTPSA/);
    expect(await attempt(node2.outbound, 'any@By-Password.example', user2, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, user2, own)).to.match(/^RCPT 5.*may send as by-password/);
    const noService = await attempt(node1.outbound, 'any@by-password.example', foreign, own);
    expect(noService).to.match(/^RCPT 5.*by-password\.example has no delivery service here/);
    // Neither its address nor somebody else's certificate is a substitute for the password.
    const asAnother = { ...(await asMail1()), from: outside };
    for (const options of [{ from: addresses.password.host }, asAnother]) {
      const result = await attempt(node1.outbound, 'any@by-password.example', user1, options);
      expect(result).to.match(/^RCPT 5/);
    }
    const wrong = { from: outside, login: { ...login, pass: 'wrong' } };
    const failure = await openSmtp(node1.outbound, wrong).catch((error: Error) => error.message);
    expect(failure).to.match(/^535 /);
  });

  it('knows a domain without authentication by the address of its mail server', async () => {
    const own = { from: addresses.address.host };
    const subject = await send(node1.outbound, 'any@by-address.example', user1, own);
    await arrived(mail1, user1, subject);
    expect(await attempt(node1.outbound, '', user1, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, user2, own)).to.match(/^RCPT 5.*may send as by-address/);
    for (const from of [outside, addresses.password.host]) {
      const stranger = await attempt(node1.outbound, 'any@by-address.example', user1, { from });
      expect(stranger).to.match(/^RCPT 5/);
    }
  });

  it('keeps the accounts of two senders at one delivery service apart', async () => {
    const sent = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const [server, user] = index % 2 === 0 ? ([mail1, user1] as const) : ([mail2, user2] as const);
        return { user, subject: await send(server.smtp, user, foreign, logIn(user)) };
      }),
    );
    for (const { user, subject } of sent) {
      const { sender, user: account } = await taken(delivery, subject);
      expect(sender).to.equal(user);
      expect(account).to.equal(user === user1 ? 'account-1' : 'account-2');
    }
    const named = delivery.received.filter(({ sender }) => sender !== '');
    const both = new Set(named.map(({ sender, user }) => `${sender} ${user}`));
    expect([...both]).to.have.members([`${user1} account-1`, `${user2} account-2`]);
  });

  // Greylisting and SPF, which only the second node does.

  it('greylists: refuses for a moment, then accepts', async () => {
    const first = await attempt(node2.inbound, 'out@world.example', user1, { from: outside });
    expect(first).to.match(/^RCPT 450 /);
    const again = await attempt(node2.inbound, 'out@world.example', user1, { from: outside });
    expect(again).to.match(/^RCPT 450 /);
    await eventually('greylisting is over', async () => {
      const result = await attempt(node2.inbound, 'out@world.example', user1, { from: outside });
      return result === 'accepted';
    });
  });

  it('does not greylist recipients of the whitelist, nor where it is switched off', async () => {
    const options = { from: 'fd00:2::2' };
    expect(await attempt(node2.inbound, 'new@world.example', user2, options)).to.equal('accepted');
    expect(await attempt(node1.inbound, 'new@world.example', user1, options)).to.equal('accepted');
  });

  it('refuses senders whose SPF record says no, and does not greylist where it says yes', async () => {
    for (const { inbound } of [node1, node2]) {
      const forged = await attempt(inbound, 'anybody@nobody.example', user1, { from: outside });
      expect(forged).to.match(/^RCPT 550 5\.7\.23 /);
    }
    const passed = await attempt(node2.inbound, 'out@sender.example', user1, { from: 'fd00:2::3' });
    expect(passed).to.equal('accepted');
  });

  it('refuses clients that call themselves what they may not', async () => {
    const result = await attempt(node1.inbound, 'out@world.example', user1, { from: 'fd00:3::80' });
    expect(result).to.match(/^RCPT 550 5\.7\.23 /);
  });

  it('goes on where an SPF record cannot be read', async () => {
    for (const sender of ['out@broken.example', 'out@confused.example']) {
      expect(await attempt(node1.inbound, sender, user1, { from: outside }), sender).to.equal('accepted');
    }
  });

  it('takes no second message that is smuggled in a first', async () => {
    for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r']) {
      const client = await openSmtp(node1.inbound, { from: outside });
      for (const line of ['MAIL FROM:<out@world.example>', `RCPT TO:<${user1}>`, 'DATA']) {
        expect(await client.command(line, reply)).to.match(/^[23]/m);
      }
      client.write(
        `Subject: first\r\n\r\nhello${end}MAIL FROM:<out@world.example>\r\nRCPT TO:<${user1}>\r\n` +
          'DATA\r\nSubject: smuggled\r\n\r\nhello\r\n.\r\n',
      );
      await client.until(reply);
      // One message, one answer: nothing is left to answer but this.
      const rest = await client.command('QUIT', /^221 /).catch((error: Error) => error.message);
      expect(rest, JSON.stringify(end)).to.match(/^221 [^\n]*\n$/);
      client.close();
    }
  });

  // Claims.

  it('publishes what an accepted domain needs', async () => {
    const published = await world.published('by password');
    expect(published).to.include({
      'dns-entries':
        'by-password.example. MX 10 mx1.relay.example.\nby-password.example. MX 10 mx2.relay.example.',
      'outbound-host': node1.outbound.host,
      'outbound-smtp-port': '10587',
      'outbound-has-proxy': false,
    });
    expect(published['tls-fingerprints']).to.have.lengthOf(4);
    const { 'backend-domains': domains, errors } = await world.published('mailrelay');
    expect(String(domains).split('\n')).to.deep.equal([
      ...['also-mail1.example.com', 'also-mail2.example.com', 'by-address.example', 'by-password.example'],
      ...['impostor.example', 'mail1.example.com', 'mail2.example.com', 'twice.example'],
    ]);
    expect(errors).to.have.lengthOf(1);
    expect((errors as string[])[0]).to.match(/mail1\.example\.com appears in multiple proxies/i);
  });

  it('gives a domain that is claimed twice to one, and tells the other', async () => {
    const both = [await world.published('first'), await world.published('second')];
    const refusals = both.filter((one) => 'error' in one);
    expect(refusals).to.deep.equal([
      { domain: 'twice.example', error: 'this domain has already been claimed' },
    ]);
    expect(both.filter((one) => 'outbound-host' in one)).to.have.lengthOf(1);
  });

  it('does not relay a domain whose mail goes elsewhere', async () => {
    for (const [name, domain] of [
      ['elsewhere', 'elsewhere.example'],
      ['no exchanger', 'no-exchanger.example'],
    ] as const) {
      const { 'verification-entry': proof, ...published } = await world.published(name);
      expect(proof).to.match(/TXT "slapos-mail=/);
      expect(published).to.deep.equal({
        domain,
        'dns-entries': `${domain}. MX 10 mx1.relay.example.\n${domain}. MX 10 mx2.relay.example.`,
        error:
          'Your domain has not yet passed our domain verification:\n' +
          'please set MX records pointing to this mail relay cluster',
      });
      const result = await attempt(node1.inbound, 'out@world.example', `any@${domain}`, { from: outside });
      expect(result).to.match(/^RCPT 554 /);
    }
    for (const name of ['disputed', 'proven']) await expectNobodyHas(name);
    const broken = await world.published('broken');
    expect(Object.keys(broken)).to.have.members(['domain', 'error']);
    expect(broken['error']).to.match(/REFUSED broken\.example/);
    expect(Object.keys(await world.published('invalid'))).to.have.members(['domain', 'error']);
  });

  // What clients see.

  it('answers HELO with its name and nothing else', async () => {
    const nodes = { 'mx1.relay.example': node1, 'mx2.relay.example': node2 };
    for (const [name, endpoints] of Object.entries(nodes)) {
      for (const endpoint of Object.values(endpoints)) {
        const client = await connectLines(endpoint, outside);
        expect(await client.until(reply)).to.match(new RegExp(`^220 ${name} `));
        expect(await client.command('HELO client.example', reply)).to.equal(`250 ${name}\r\n`);
        client.close();
      }
    }
  });

  it('announces its size limit, and no delivery notifications', async () => {
    for (const endpoint of [...Object.values(node1), ...Object.values(node2)]) {
      const client = await openSmtp(endpoint, { from: outside });
      const keywords = await client.command('EHLO client.example', reply);
      expect(keywords).to.contain('SIZE 104857600');
      const large = await client.command('MAIL FROM:<out@world.example> SIZE=104857601', reply);
      expect(large).to.match(/^552 /);
      expect(keywords).to.not.match(/DSN|SILENT|XSILENT|ETRN|VRFY/);
      client.close();
    }
  });

  it('serves the certificate that the operator gave, inbound only', async () => {
    const { fingerprint256 } = new X509Certificate(customCertificate.cert);
    expect(await servedBySmtp(node2.inbound)).to.equal(fingerprint256);
    const bundle = await world.read('node2', 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem');
    expect(bundle).to.equal(pem(customCertificate));
    const own = (await world.published('by password'))['tls-fingerprints'] as string[];
    expect(own).to.include(await servedBySmtp(node2.outbound));
    expect(own).to.include(await servedBySmtp(node1.inbound));
  });

  // What changes things comes last.

  it('goes on through the rotation of certificates, of a node and of a mail server', async () => {
    const pair = async (name: string, folder: string, file: string) =>
      Promise.all(
        ['', '.next'].map(async (suffix) => {
          const line = await world.read(name, `${folder}/${file}${suffix}.fingerprint`);
          return line.slice(line.indexOf('=') + 1).trim();
        }),
      );
    const ofNode = () => pair('node1', 'etc/postfix/ssl', 'postfix');
    const ofMail1 = () => pair('mail1', 'etc/postfix/ssl', 'postfix-backend');
    const before = { node: await ofNode(), mail1: await ofMail1() };
    for (const name of ['node1', 'mail1']) {
      const { exitCode, output } = await world.tool(name, 'postfix-certificate-rotate');
      expect(exitCode, output).to.equal(0);
    }
    const another = await selfSignedIdentity('stand-in', 30);
    const { 'verification-entry': proof } = await world.published('proven 2');
    for (const name of ['elsewhere', 'disputed', 'proven']) {
      await names.add(`${name}.example. MX 10 mx1.relay.example.`);
    }
    await names.add(String(proof));
    await world.requestCluster(clusterParameters('started', pem(another)));
    await world.reprocess(2);
    const after = { node: await ofNode(), mail1: await ofMail1() };
    expect(after.node[0]).to.equal(before.node[1]);
    expect(after.mail1[0]).to.equal(before.mail1[1]);

    const ofNode2 = await pair('node2', 'etc/postfix/ssl', 'postfix');
    for (const name of ['mail1', 'mail2']) {
      const trusted = fingerprints(await world.read(name, 'etc/postfix/relay_clientcerts'));
      expect(trusted, name).to.have.members([...after.node, ...ofNode2]);
    }
    const ofMail2 = await pair('mail2', 'etc/postfix/ssl', 'postfix-backend');
    for (const name of ['node1', 'node2']) {
      const trusted = fingerprints(await world.read(name, 'etc/postfix/outbound/backend_tls_policy_map'));
      expect(trusted, name).to.have.members([...after.mail1, ...ofMail2, noCertificate]);
    }
    expect(await servedBySmtp(node1.outbound)).to.equal(after.node[0]);
    expect(await servedBySmtp(node1.inbound)).to.equal(after.node[0]);
    expect(await servedBySmtp(mail1.smtp)).to.equal(after.mail1[0]);
    expect(await servedBySmtp(node2.inbound)).to.equal(new X509Certificate(another.cert).fingerprint256);

    await arrived(mail2, user2, await send(mail1.smtp, user1, user2, logIn(user1)));
    await arrived(mail1, user1, await send(mail2.smtp, user2, user1, logIn(user2)));
    await taken(delivery, await send(mail1.smtp, user1, foreign, logIn(user1)));
    const inbound = await send(node1.inbound, 'out@world.example', user1, { from: outside });
    await arrived(mail1, user1, inbound);
    expect((await world.published('by password'))['outbound-password']).to.equal(firstPassword);
  });

  // The processing of the test before has seen other MX records.
  it('relays a domain once its mail comes here, and wants a proof of rivals', async () => {
    expect(await world.published('elsewhere')).to.include({ 'outbound-host': node1.outbound.host });
    const options = { from: outside };
    const subject = await send(node1.inbound, 'out@world.example', 'any@elsewhere.example', options);
    await taken(addressBackend, subject);
    await expectNobodyHas('disputed');
    expect(await world.published('proven 1')).to.deep.equal({
      domain: 'proven.example',
      error: 'this domain has already been claimed',
    });
    expect(await world.published('proven 2')).to.include({ 'outbound-host': node1.outbound.host });
  });

  it('does not hand out a node that is stopped', async () => {
    await world.requestCluster(clusterParameters('stopped', pem(customCertificate)));
    await world.reprocess(1);
    const { 'relay-hosts': hosts } = await world.published('mailrelay');
    expect(hosts).to.deep.equal([node1.inbound.host]);
    const published = await world.published('by address');
    expect(published['dns-entries']).to.equal('by-address.example. MX 10 mx1.relay.example.');
    expect(published['tls-fingerprints']).to.have.lengthOf(2);
    expect(fingerprints(await world.read('mail1', 'etc/postfix/relay_clientcerts'))).to.have.lengthOf(2);
    await arrived(mail2, user2, await send(mail1.smtp, user1, user2, logIn(user1)));
    // slapgrid took its list of instances before the cluster asked for another state.
    await world.node.processInstances();
    const silence = await servedBySmtp(node2.inbound).catch((error: Error) => error.message);
    expect(silence).to.contain('ECONNREFUSED');
  });
});

/** Each SHA-256 fingerprint in a text, once. */
function fingerprints(text: string): string[] {
  return [...new Set(text.match(/[0-9A-F]{2}(:[0-9A-F]{2}){31}/g) ?? [])];
}
