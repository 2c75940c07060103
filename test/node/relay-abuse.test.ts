/**
 * A relay cluster and those who mean it ill. Two nodes, of which one has no host name; mail servers and delivery services
 * are sinks that take everything: `fd00:3::/64`. Strangers have `fd00:2::/64`.
 */
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { X509Certificate } from 'node:crypto';

import { expect } from 'chai';

import { lookUpDomains } from '../../src/place/domain-lookups.ts';
import { type NameServer, startNameServer } from '../../src/node/namespace/name-server.ts';
import { selfSignedIdentity, type TlsIdentity } from '../../src/node/stand-ins/self-signed-identity.ts';
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../src/node/stand-ins/stand-in-smtp-server.ts';
import { eventually } from '../support/node/eventually.ts';
import { describeInNamespace } from '../support/node/in-namespace.ts';
import { connectLines, type Endpoint } from '../support/node/line-client.ts';
import { type RelayWorld, startRelayWorld } from '../support/node/relay-world.ts';
import { openSmtp, sendBy, type SmtpOptions } from '../support/node/smtp.ts';

const outside = 'fd00:2::1';
const reply = /^\d{3} /;
const addresses = {
  delivery: { host: 'fd00:3::1', port: 2525 },
  unpaid: { host: 'fd00:3::2', port: 2525 },
  backend: { host: 'fd00:3::10', port: 2525 },
  victim: { host: 'fd00:3::11', port: 2525 },
};
/** The address that `address.example` sends from. */
const homeAddress = addresses.backend.host;

const passwords = { 'account-1': 'delivery-secret-1', 'account-2': 'delivery-secret-2' };
const services = {
  first: {
    ...addresses.delivery,
    user: 'account-1',
    password: passwords['account-1'],
    domains: ['login.example'],
  },
  second: {
    ...addresses.delivery,
    user: 'account-2',
    password: passwords['account-2'],
    domains: ['address.example'],
  },
  // The same host and port, and no account there.
  poor: { ...addresses.delivery, domains: ['poor.example'] },
  unpaid: { ...addresses.unpaid, domains: ['unpaid.example'] },
};
const foreign = 'someone@foreign.example';
const refusedRecipient = 'refused@foreign.example';

/** `*` stands for a relayed domain. Only what is simply at it may ever be taken. */
const simple = ['any@*', 'Any@*', '"any"@*'];
const hostile = [
  foreign,
  'any@sub.*',
  'any@x*',
  'any@*.foreign.example',
  'someone%foreign.example@*',
  'foreign.example!someone@*',
  '"someone@foreign.example"@*',
  'someone@foreign.example@*',
  'any@*@foreign.example',
  '@*:someone@foreign.example',
  '@*,@foreign.example:someone@foreign.example',
  '*!someone@foreign.example',
  'someone%*@foreign.example',
  'any@[fd00:3::10]',
  'any@[IPv6:fd00:3::10]',
  'any@mx1.relay.example',
  'any@localhost',
  'root',
];
const at = (forms: readonly string[], domain: string) => forms.map((form) => form.replace('*', domain));

describeInNamespace('a relay cluster under attack', import.meta.url, ({ it, before, after }) => {
  let names: NameServer;
  let world: RelayWorld;
  let delivery: StandInSmtpServer;
  let unpaid: StandInSmtpServer;
  let backend: StandInSmtpServer;
  let victim: StandInSmtpServer;
  let ofVictim: TlsIdentity;
  let ofAttacker: TlsIdentity;
  let login: SmtpOptions;
  let secrets: string[];
  const node1: Record<'inbound' | 'outbound', Endpoint> = {
    inbound: { host: '', port: 10025 },
    outbound: { host: '', port: 10587 },
  };
  const node2 = structuredClone(node1);
  const printOf = ({ cert }: TlsIdentity) => new X509Certificate(cert).fingerprint256;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'smt-dns-'));
    const records = [
      'relay.relay.example. AAAA fd00:1::99',
      'addressed.example. AAAA fd00:2::80',
      'texted.example. TXT "text"',
    ];
    names = await startNameServer({ folder, records, silent: ['slow.example'] });
    [ofVictim, ofAttacker] = [
      await selfSignedIdentity('stand-in', 30),
      await selfSignedIdentity('stand-in', 30),
    ];
    delivery = await startStandInSmtpServer({
      ...addresses.delivery,
      passwords,
      refusal: (recipient) =>
        recipient === refusedRecipient ? 'this looks like spam; see https://delivery.example/why' : undefined,
    });
    unpaid = await startStandInSmtpServer(addresses.unpaid);
    backend = await startStandInSmtpServer(addresses.backend);
    victim = await startStandInSmtpServer({ ...addresses.victim, identity: ofVictim });
    world = await startRelayWorld(3);
    await world.requestCluster({
      topology: { node1: { fqdn: 'mx1.relay.example' }, node2: {} },
      'relay-domain': 'relay.relay.example',
      'default-relay-config': { greylisting: { enable: false }, 'proxy-map': services },
    });
    const request = (domain: string, server: keyof typeof addresses, more: object = {}) =>
      world.requestDomain(domain, {
        name: domain,
        'mail-server-host': addresses[server].host,
        'mail-server-port': addresses[server].port,
        ...more,
      });
    const shows = (...identities: TlsIdentity[]) => ({
      authentication: 'fingerprint',
      fingerprints: identities.map(printOf),
    });
    await request('login.example', 'backend', { authentication: 'password' });
    // One address, in another spelling.
    await request('address.example', 'backend', { 'mail-server-host': 'FD00:3:0::0010' });
    await request('poor.example', 'backend');
    await request('unpaid.example', 'backend');
    await request('victim.example', 'victim', shows(ofVictim));
    await request('attacker.example', 'victim', shows(ofVictim, ofAttacker));
    await request('also-victim.example', 'victim', shows(ofVictim));
    await request('mapped.example', 'backend', { 'mail-server-host': '::ffff:127.0.0.77' });
    await request('invalid.example', 'backend', { authentication: 'fingerprint' });
    await request('multicast.example', 'backend', { 'mail-server-host': 'ff02::1' });
    await world.settle();
    const { 'relay-hosts': hosts } = await world.published('mailrelay');
    const [host1 = '', host2 = ''] = hosts as string[];
    for (const service of ['inbound', 'outbound'] as const) {
      node1[service].host = host1;
      node2[service].host = host2;
    }
    const { 'outbound-password': password } = await world.published('login.example');
    login = { from: outside, login: { user: 'login.example', pass: String(password) } };
    const ledger = await world.read('mailrelay', 'srv/ledger/current/secrets');
    const ofCluster = ledger.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
    secrets = [...Object.values(passwords), String(password), ...ofCluster];
  });

  after(async () => {
    await world?.stop();
    await Promise.all([delivery, unpaid, backend, victim].map((sink) => sink?.stop()));
    await names?.stop();
  });

  let subjects = 0;
  async function send(
    endpoint: Endpoint,
    sender: string,
    recipient: string,
    options: SmtpOptions,
  ): Promise<string> {
    subjects += 1;
    const subject = `abuse ${subjects}.`;
    const message = `From: <${sender}>\r\nSubject: ${subject}\r\n\r\nhello\r\n`;
    expect(await sendBy(endpoint, { sender, recipients: [recipient], message }, options)).to.equal(
      'accepted',
    );
    return subject;
  }
  const taken = (sink: StandInSmtpServer, text: string) =>
    eventually(
      `"${text}" at a sink`,
      () => sink.received.find(({ source }) => source.includes(text)),
      30_000,
    );
  const everywhere = () => [delivery, unpaid, backend, victim].flatMap(({ received }) => received);

  /** What each RCPT of one session is answered with; the session starts anew for each sender. */
  async function answers(
    endpoint: Endpoint,
    sender: string,
    recipients: readonly string[],
    options: SmtpOptions,
  ): Promise<Record<string, string>> {
    const client = await openSmtp(endpoint, options);
    const given: Record<string, string> = {};
    try {
      const mail = await client.command(`MAIL FROM:<${sender}>`, reply);
      for (const recipient of recipients) {
        const answer = mail.startsWith('250') ? await client.command(`RCPT TO:<${recipient}>`, reply) : mail;
        given[recipient] = answer.startsWith('250') ? 'accepted' : answer.trim();
        // Too many errors end a session.
        if (!answer.startsWith('250')) return { ...given, ...(await rest()) };
      }
    } finally {
      client.close();
    }
    return given;

    async function rest(): Promise<Record<string, string>> {
      const others = recipients.slice(Object.keys(given).length);
      return others.length === 0 ? {} : answers(endpoint, sender, others, options);
    }
  }
  const acceptedOf = (given: Record<string, string>) =>
    Object.entries(given).flatMap(([recipient, answer]) => (answer === 'accepted' ? [recipient] : []));
  const relayed = ['login.example', 'address.example', 'victim.example'];
  const good = at(simple, 'login.example');
  const bad = at(hostile, 'login.example');

  it('takes mail from the world for relayed domains only, whoever asks and however it is written', async () => {
    const asAttacker = { from: addresses.victim.host, identity: ofAttacker };
    for (const options of [
      { from: outside },
      { from: homeAddress },
      asAttacker,
      { from: node1.inbound.host },
    ]) {
      for (const sender of ['out@world.example', '']) {
        const given = await answers(node1.inbound, sender, [...good, ...bad], options);
        expect(acceptedOf(given), JSON.stringify(given)).to.deep.equal(good);
      }
      for (const sender of [
        ...relayed.map((name) => `any@${name}`),
        '"any"@LOGIN.example',
        'any@login.example.',
      ]) {
        const given = await answers(node1.inbound, sender, [good[0] ?? '', foreign], options);
        expect(acceptedOf(given), `${sender} from ${options.from}`).to.deep.equal([]);
      }
    }
  });

  it('takes mail from tenants as what they are only, and for whom they may', async () => {
    const clients: Record<string, { options: SmtpOptions; own: string[]; paid: boolean }> = {
      'a stranger': { options: { from: outside }, own: [], paid: false },
      'a stranger with a certificate': {
        options: { from: outside, identity: await selfSignedIdentity() },
        own: [],
        paid: false,
      },
      'the node itself': { options: { from: node1.outbound.host }, own: [], paid: false },
      'a login': { options: login, own: ['login.example'], paid: true },
      'a login from the address of another': {
        options: { ...login, from: homeAddress },
        own: ['login.example'],
        paid: true,
      },
      'an address': {
        options: { from: homeAddress },
        own: ['address.example', 'poor.example', 'unpaid.example'],
        paid: true,
      },
      'the certificate of the attacker': {
        options: { from: outside, identity: ofAttacker },
        own: ['attacker.example'],
        paid: false,
      },
    };
    const senders = [...relayed, 'attacker.example', 'poor.example', 'world.example'].map(
      (name) => `any@${name}`,
    );
    const odd = [
      'any@sub.login.example',
      '"any@login.example"@victim.example',
      'any@login.example@victim.example',
    ];
    for (const [title, { options, own, paid }] of Object.entries(clients)) {
      for (const sender of [...senders, ...odd, '']) {
        const domain = sender.slice(sender.lastIndexOf('@') + 1);
        const mayBe = sender === '' ? own.length > 0 : own.includes(domain);
        const given = await answers(node1.outbound, sender, ['any@victim.example', foreign], options);
        const expected = mayBe ? ['any@victim.example', ...(paid ? [foreign] : [])] : [];
        expect(acceptedOf(given), `${title} as <${sender}>`).to.deep.equal(expected);
      }
    }
    // Who has no delivery service reaches relayed domains only, however they are written.
    const attacker = clients['the certificate of the attacker']?.options ?? {};
    const given = await answers(node1.outbound, 'any@attacker.example', [...good, ...bad], attacker);
    expect(acceptedOf(given), JSON.stringify(given)).to.deep.equal(good);
  });

  it('takes mail for postmaster, as everybody must, and brings it nowhere, nor a bounce of it', async () => {
    const [begin, subject] = [everywhere().length, 'for the postmaster'];
    for (const endpoint of [node1.inbound, node1.outbound]) {
      for (const sender of ['any@login.example', 'any@victim.example', foreign]) {
        for (const recipient of ['postmaster', 'POSTMASTER', '"postmaster"']) {
          const message = `Subject: ${subject}\r\n\r\nhello\r\n`;
          const result = await sendBy(
            endpoint,
            { sender, recipients: [recipient], message },
            { from: outside },
          );
          expect(result, recipient).to.match(/^(accepted|RCPT 5)/);
        }
      }
    }
    for (const service of ['inbound', 'outbound']) {
      await eventually(`nothing waits ${service}`, async () => {
        const { output } = await world.tool('node1', `${service}-mailq`);
        return output.includes('Mail queue is empty');
      });
    }
    expect(everywhere().slice(begin)).to.deep.equal([]);
  });

  // Certificates.

  it('takes the certificate that one domain names for no other domain of the same mail server', async () => {
    const toVictim = await send(node1.outbound, 'any@login.example', 'any@victim.example', login);
    await taken(victim, toVictim);
    await victim.stop();
    victim = await startStandInSmtpServer({ ...addresses.victim, identity: ofAttacker });
    const waiting = await Promise.all(
      ['victim', 'also-victim'].map((name) =>
        send(node1.outbound, 'any@login.example', `any@${name}.example`, login),
      ),
    );
    const toAttacker = await send(node1.outbound, 'any@login.example', 'any@attacker.example', login);
    await taken(victim, toAttacker);
    await eventually('mail of the victim waits', async () => {
      const { output } = await world.tool('node1', 'outbound-mailq');
      return output.match(/\(Server certificate not verified\)/g)?.length === 2;
    });
    expect(victim.received.map(({ recipients }) => recipients)).to.deep.equal([['any@attacker.example']]);
    await victim.stop();
    victim = await startStandInSmtpServer({ ...addresses.victim, identity: ofVictim });
    await world.tool('node1', 'outbound-postqueue', '-f');
    for (const subject of waiting) await taken(victim, subject);
  });

  it('lists every fingerprint of every domain in the table that administrators know', async () => {
    const table = await world.read('node1', 'etc/postfix/outbound/backend_tls_policy_map');
    const prints = new Set(table.match(/[0-9A-F]{2}(:[0-9A-F]{2}){31}/g));
    expect([...prints]).to.have.members([printOf(ofVictim), printOf(ofAttacker)]);
  });

  // Delivery services.

  it('shows the account of one delivery service to no other, also on the same host and port', async () => {
    const home = { from: homeAddress };
    const [begin, beginReceived] = [delivery.logins.length, delivery.received.length];
    const byLogin = await send(node1.outbound, 'any@login.example', foreign, login);
    expect((await taken(delivery, byLogin)).user).to.equal('account-1');
    expect(delivery.logins.slice(begin)).to.deep.equal([`account-1:${passwords['account-1']}`]);
    const byAddress = await send(node1.outbound, 'any@address.example', foreign, home);
    expect((await taken(delivery, byAddress)).user).to.equal('account-2');
    expect(delivery.logins.slice(begin + 1)).to.deep.equal([`account-2:${passwords['account-2']}`]);
    // This one has no account there: it gets none of the others'.
    const poor = await send(node1.outbound, 'any@poor.example', foreign, home);
    const bounce = await taken(backend, poor);
    expect(bounce.source).to.match(/Undelivered Mail[\s\S]*530[\s\S]*authentication/i);
    const free = await send(node1.outbound, 'any@unpaid.example', foreign, home);
    expect((await taken(unpaid, free)).user).to.equal(null);
    expect(delivery.logins.slice(begin)).to.have.lengthOf(2);
    expect(delivery.received.slice(beginReceived)).to.have.lengthOf(2);
    expect([...unpaid.logins, ...backend.logins, ...victim.logins]).to.deep.equal([]);
  });

  it('brings the reason of a delivery service that refuses back to the sender', async () => {
    const subject = await send(node1.outbound, 'any@login.example', refusedRecipient, login);
    const { sender, recipients, source } = await taken(backend, subject);
    expect({ sender, recipients }).to.deep.equal({ sender: '', recipients: ['any@login.example'] });
    expect(source.replace(/\s+/g, ' ')).to.contain('this looks like spam; see https://delivery.example/why');
  });

  // SMTP.

  it('takes no message that is smuggled in another, in either direction', async () => {
    const ways = [
      { endpoint: node1.inbound, sender: 'out@world.example', options: { from: outside } },
      { endpoint: node1.outbound, sender: 'any@login.example', options: login },
    ];
    for (const { endpoint, sender, options } of ways) {
      for (const [index, end] of [
        '\n.\n',
        '\n.\r\n',
        '\r\n.\n',
        '\r.\r',
        '\r\n.\r',
        '\r\n.\r\r\n',
      ].entries()) {
        const subject = `honest ${endpoint.port} ${index}.`;
        const client = await openSmtp(endpoint, options);
        for (const line of [`MAIL FROM:<${sender}>`, 'RCPT TO:<any@login.example>', 'DATA']) {
          expect(await client.command(line, reply)).to.match(/^[23]/m);
        }
        client.write(
          `Subject: ${subject}\r\n\r\nhello${end}MAIL FROM:<any@victim.example>\r\n` +
            'RCPT TO:<any@login.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nhello\r\n.\r\n',
        );
        const answer = await client.until(reply);
        const rest = await client.command('QUIT', /^221 /).catch((error: Error) => error.message);
        expect(rest, JSON.stringify(end)).to.match(/^221 [^\n]*\n$/);
        client.close();
        if (answer.startsWith('250')) await taken(backend, `Subject: ${subject}`);
      }
    }
    const smuggled = everywhere().filter(({ source }) =>
      /^Subject: smuggled/m.test(source.split(/\r?\n\r?\n/)[0] ?? ''),
    );
    expect(smuggled).to.deep.equal([]);
    expect(everywhere().filter(({ sender }) => sender === 'any@victim.example')).to.deep.equal([]);
  });

  it('ends the session of a client that talks before it is its turn', async () => {
    const early = [
      'EHLO early.example\r\nMAIL FROM:<out@world.example>\r\n',
      'EHLO early.example\r\nNOOP\r\nNOOP\r\n',
    ];
    for (const endpoint of [node1.inbound, node1.outbound]) {
      for (const talk of early) {
        const client = await connectLines(endpoint, outside);
        client.write(talk);
        expect(await client.until(/^554 /)).to.match(/554 5\.5\.0 .*protocol synchronization/);
        const end = await client.until(/^never$/).catch((error: Error) => error.message);
        expect(end).to.contain('the server hung up');
      }
      // What comes in clear behind STARTTLS was put there by somebody else.
      const client = await connectLines(endpoint, outside);
      await client.until(reply);
      await client.command('EHLO early.example', reply);
      client.write('STARTTLS\r\nMAIL FROM:<out@world.example>\r\n');
      await client.until(/^220 /);
      await client.secure();
      expect(await client.command('EHLO early.example', /^250 /)).to.not.match(/^250 2\.1\.0/m);
      expect(await client.command('RCPT TO:<any@login.example>', reply)).to.match(/^503 /);
      client.close();
    }
  });

  it('takes so many recipients and no more, and the message for those', async () => {
    const ways = [
      { endpoint: node1.inbound, sender: 'out@world.example', options: { from: outside } },
      { endpoint: node1.outbound, sender: 'any@login.example', options: login },
    ];
    for (const { endpoint, sender, options } of ways) {
      const client = await openSmtp(endpoint, options);
      await client.command(`MAIL FROM:<${sender}>`, reply);
      for (let count = 1; count <= 200; count += 1) {
        expect(await client.command('RCPT TO:<any@login.example>', reply), `${count}`).to.match(/^250 /);
      }
      expect(await client.command('RCPT TO:<any@login.example>', reply)).to.match(/^452 4\.5\.3 /);
      await client.command('DATA', reply);
      const subject = `many at ${endpoint.port}.`;
      expect(await client.command(`Subject: ${subject}\r\n\r\nhello\r\n.`, reply)).to.match(/^250 /);
      client.close();
      await taken(backend, subject);
    }
  });

  it('takes no message above the limit, also of a client that does not tell its size', async () => {
    const line = `${'x'.repeat(998)}\r\n`;
    const megabyte = line.repeat(1049);
    for (const [endpoint, sender, options] of [
      [node1.inbound, 'out@world.example', { from: outside }],
      [node1.outbound, 'any@login.example', login],
    ] as const) {
      const client = await openSmtp(endpoint, options);
      for (const command of [`MAIL FROM:<${sender}>`, 'RCPT TO:<any@login.example>', 'DATA']) {
        expect(await client.command(command, reply)).to.match(/^[23]/m);
      }
      client.write('Subject: oversized\r\n\r\n');
      for (let sent = 0; sent < 101; sent += 1) client.write(megabyte);
      client.write('.\r\n');
      const answer = await eventually('an answer', () => client.until(reply), 60_000);
      expect(answer).to.match(/^552 5\.3\.4 /);
      client.close();
    }
    expect(everywhere().filter(({ source }) => source.startsWith('Subject: oversized'))).to.deep.equal([]);
  });

  it('cuts loops: of mail that has gone round, and of a domain whose mail server is a node', async () => {
    const round = Array.from({ length: 31 }, (_, hop) => `Received: from hop${hop}.example\r\n`).join('');
    for (const [endpoint, sender, options] of [
      [node1.inbound, 'out@world.example', { from: outside }],
      [node1.outbound, 'any@login.example', login],
    ] as const) {
      const message = `${round}Subject: round\r\n\r\nhello\r\n`;
      const result = await sendBy(endpoint, { sender, recipients: ['any@login.example'], message }, options);
      expect(result).to.match(/^END 554 5\.4\.0 .*too many hops/i);
    }
    for (const [name, { host, port }] of Object.entries({ own: node1.inbound, other: node2.outbound })) {
      await world.requestDomain(`loop-${name}`, {
        name: `loop-${name}.example`,
        'mail-server-host': host,
        'mail-server-port': port,
      });
    }
    await world.reprocess(2);
    for (const name of ['own', 'other']) {
      const published = await world.published(`loop-${name}`);
      expect(published).to.have.all.keys('domain', 'error');
      expect(published['error']).to.match(/^\/mail-server-host: \S+ is a node of this cluster; write /);
      for (const { inbound } of [node1, node2]) {
        const recipients = [`any@loop-${name}.example`];
        const result = await sendBy(inbound, { sender: 'out@world.example', recipients }, { from: outside });
        expect(result, name).to.match(/^RCPT [45]/);
      }
    }
    await taken(
      backend,
      await send(node1.inbound, 'out@world.example', 'any@login.example', { from: outside }),
    );
  });

  // What requesters hear.

  it('lets odd requests change nothing for others, and relays what turns invalid as before', async () => {
    for (const [name, error] of [
      ['invalid.example', /^\/fingerprints: is missing/],
      ['multicast.example', /^\/mail-server-host: ff02::1 is multicast/],
    ] as const) {
      expect((await world.published(name))['error']).to.match(error);
    }
    const before = await world.published('unpaid.example');
    await world.requestDomain('unpaid.example', { name: 'unpaid.example', 'mail-server-host': 'no address' });
    await world.reprocess(2);
    const { error, domain, ...rest } = await world.published('unpaid.example');
    expect(error).to.match(/^\/mail-server-host: /);
    expect(domain).to.equal('unpaid.example');
    expect(rest).to.deep.equal(before);
    const recipient = 'any@unpaid.example';
    await taken(backend, await send(node1.inbound, 'out@world.example', recipient, { from: outside }));
    await taken(unpaid, await send(node1.outbound, recipient, foreign, { from: homeAddress }));
  });

  it('knows the address of a tenant in any spelling', async () => {
    const transports = await world.read('node1', 'etc/postfix/inbound/transports');
    expect(transports).to.contain('address.example backend:[fd00:3::10]:2525');
    expect(transports).to.contain('mapped.example backend:[127.0.0.77]:2525');
  });

  it('hands out the name of all nodes, and a node without a name by its address alone', async () => {
    const published = await world.published('login.example');
    expect(published).to.deep.include({
      'dns-entries': 'login.example. MX 10 mx1.relay.example.',
      'outbound-host': 'relay.relay.example',
      'outbound-hosts': [node1.outbound.host, node2.outbound.host],
    });
    const client = await connectLines(node2.inbound, outside);
    expect(await client.until(reply)).to.match(/^220 node2 /);
    expect(await client.command('HELO client.example', reply)).to.equal('250 node2\r\n');
    client.close();
    const subject = await send(node2.inbound, 'out@world.example', 'any@login.example', { from: outside });
    await taken(backend, subject);
  });

  it('looks domains up in parallel and within its time, however slow the name server of some is', async () => {
    const slow = Array.from({ length: 300 }, (_, index) => `x${index}.slow.example`);
    const began = performance.now();
    const { mailExchangers } = await lookUpDomains([
      ...slow,
      ...['absent.example', 'addressed.example', 'texted.example'],
    ]);
    expect(performance.now() - began).to.be.lessThan(12_000);
    expect(mailExchangers).to.deep.include({
      'absent.example': { kind: 'absent' },
      'addressed.example': { kind: 'none', hasAddress: true },
      'texted.example': { kind: 'none', hasAddress: false },
    });
    expect(new Set(slow.map((name) => mailExchangers[name]?.kind))).to.deep.equal(new Set(['error']));
  });

  // Secrets.

  it('has no secret in a log, a profile or a file that others may read', async () => {
    expect(secrets).to.have.lengthOf(5);
    for (const name of ['mailrelay', 'node1', 'node2']) {
      const folder = await world.partition(name);
      const holders: string[] = [];
      for (const path of await readdir(folder, { recursive: true })) {
        const status = await stat(join(folder, path)).catch(() => null);
        if (!status?.isFile()) continue;
        const text = await readFile(join(folder, path), 'latin1').catch(() => '');
        if (!secrets.some((secret) => text.includes(secret))) continue;
        holders.push(path.replace(/generations\/[^/]+|current|previous/, '*'));
        expect(status.mode & 0o077, path).to.equal(0);
      }
      const allowed =
        name === 'mailrelay'
          ? /^srv\/ledger\/.*(domains|secrets|outbox)$/
          : /^(etc\/postfix\/outbound\/delivery-\d-password(\.cdb)?|srv\/ledger\/.*(secrets|outbox)|etc\/(portal|monitor|promise-credentials).*)$/;
      for (const path of holders) expect(path, name).to.match(allowed);
      expect(holders, name).to.not.be.empty;
    }
  });

  it('shows no secret in a command line or environment, also while it is processed', async () => {
    let isDone = false;
    const processing = world.reprocess(1).finally(() => (isDone = true));
    let looks = 0;
    const shown = new Set<string>();
    while (!isDone) {
      looks += 1;
      for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
        for (const file of ['cmdline', 'environ']) {
          const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
          if (secrets.some((secret) => text.includes(secret))) shown.add(text.replaceAll('\0', ' '));
        }
      }
    }
    await processing;
    expect(looks).to.be.greaterThan(10);
    expect([...shown]).to.deep.equal([]);
  });
});
