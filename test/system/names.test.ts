/** What a mail server calls itself in all that it sends: one fully qualified name, never the machine's or a bare title. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { expect } from 'chai';

import { eventually } from '../support/system/eventually.ts';
import { connectLines } from '../support/system/line-client.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { endpointsOf, fetchPage, type MailServer } from '../support/system/mail-server.ts';
import {
  activateAll,
  arrival,
  at,
  domain,
  loginOf,
  passwordOf,
  requestBehind,
} from '../support/system/people.ts';
import { activateScript } from '../support/system/sieve.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn, taken } from '../support/system/smtp-stand-in.ts';
import { servedBySmtp, servedByTls } from '../support/system/watching.ts';

const scripts = {
  bob: 'require ["reject"];\nreject "No thanks.";\n',
  carol: 'require ["vacation"];\nvacation :subject "Away" "Back on Monday.";\n',
  dave: 'require ["enotify"];\nnotify :message "You have mail" "mailto:notified@elsewhere.example";\n',
};

/** Every place in a message where a program writes what it or its host is called. */
const places = [
  /^Received: from (\S+) \(\[::1\]\)\n?\r?\n?\s*\(using/gm,
  /^\s*by (\S+) \((?!stand-in)/gm,
  /^\s*by (\S+) with LMTP/gm,
  /^Message-ID: <[^@>]+@([^>]+)>/gim,
  /^From: .*MAILER-DAEMON@([^> \r\n]+)/gim,
  /^Reporting-(?:MTA: dns;|UA:) ?([^; \r\n]+)/gim,
  /the mail system at host ([^\s]+?)\.\r?$/gm,
];

const namesIn = (source: string) => [
  ...new Set(places.flatMap((place) => [...source.matchAll(place)].map(([, name]) => name))),
];

describe('the names in what a mail server sends', () => {
  let mail: MailNode;
  let server: MailServer;
  let world: StandIn;

  const request = (more: object = {}) => requestBehind(world, mail, more);

  before(async () => {
    world = await startStandIn(undefined, { unknown: /^nobody@/ });
    mail = await startMailNode();
    await request();
    for (const name of ['alice', ...Object.keys(scripts)])
      await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, ['alice', ...Object.keys(scripts)]);
    for (const [name, text] of Object.entries(scripts))
      await activateScript(server.sieve, at(name), passwordOf(name), text);
  });

  after(async () => {
    await mail?.stop();
    await world?.stop();
  });

  /** One message of each kind. */
  async function everythingSent(mark: string): Promise<Record<string, string>> {
    world.received.length = 0;
    const submit = (recipient: string) =>
      sendBy(
        server.smtp,
        { sender: at('alice'), recipients: [recipient], message: `Subject: ${mark}\r\n\r\nhi\r\n` },
        { login: loginOf('alice') },
      );
    const write = (name: string) =>
      sendBy(server.smtp, {
        sender: `${mark}-to-${name}@elsewhere.example`,
        recipients: [at(name)],
        message: `From: somebody@elsewhere.example\r\nTo: ${at(name)}\r\nSubject: ${mark}\r\n\r\nhi\r\n`,
      });
    expect(await submit('friend@elsewhere.example')).to.equal('accepted');
    expect(await submit(`nobody@${mark}.example`)).to.equal('accepted');
    for (const name of Object.keys(scripts)) expect(await write(name)).to.equal('accepted');
    const sent = async (text: string) => (await taken(world, text)).source;
    const answer = (name: string) =>
      eventually(`the answer of ${name}`, () =>
        world.received.find(({ recipients }) => recipients[0] === `${mark}-to-${name}@elsewhere.example`),
      );
    return {
      submitted: await sent(`Subject: ${mark}`),
      bounced: await arrival(server, 'alice', `nobody@${mark}.example`),
      rejected: (await answer('bob')).source,
      'answered while away': (await answer('carol')).source,
      notified: await sent('You have mail'),
      delivered: await arrival(server, 'dave', `Subject: ${mark}`),
    };
  }

  async function expectName(name: string, mark: string): Promise<void> {
    const machine = new RegExp(
      `(^|[^A-Za-z0-9.-])${hostname().replaceAll('.', '\\.')}($|[^A-Za-z0-9-])`,
      'm',
    );
    const foreign = ['elsewhere.example', 'client.example'];
    for (const [kind, source] of Object.entries(await everythingSent(mark))) {
      const own = namesIn(source).filter((each) => !foreign.includes(each ?? ''));
      expect(own, `${kind}:\n${source}`).to.deep.equal([name]);
      expect(source, kind)
        .not.to.match(machine)
        .and.not.to.match(/\bmail1\b(?!\.example\.com)/);
    }
    const client = await connectLines(server.smtp);
    expect(await client.until(/^220 /)).to.match(new RegExp(`^220 ${name} `));
    expect(await client.command('HELO client.example', /^\d{3} /)).to.equal(`250 ${name}\r\n`);
    client.close();
  }

  it('are the first mail domain where the title is a word and no name is given', async () => {
    await expectName(domain, 'unnamed');
  });

  it('are the given one, also in the certificate and in what people read, once there is one', async () => {
    const bundle = await mail.partition('mail1', 'etc/postfix/ssl/postfix-backend.bundle.pem');
    const certificate = async () => {
      const text = await readFile(bundle, 'utf8');
      return new X509Certificate(text.slice(text.indexOf('-----BEGIN CERTIFICATE-----')));
    };
    expect((await certificate()).subjectAltName).to.equal(`DNS:${domain}`);
    await request({ fqdn: 'Mail.Example.net.' });
    await mail.settle();
    await expectName('mail.example.net', 'named');
    const { subjectAltName, fingerprint256 } = await certificate();
    expect(subjectAltName).to.equal('DNS:mail.example.net');
    for (const served of [() => servedBySmtp(server.smtp), () => servedByTls(server.imaps)])
      await eventually('the new certificate', async () => (await served()) === fingerprint256);
    const published = await mail.published('mail1');
    expect(published['imap-smtp-host']).to.equal('mail.example.net');
    const { body } = await fetchPage(String(published['webmail-url']));
    expect(body).to.contain('<code>mail.example.net</code>').and.not.contain('<code>::1</code>');
  });
});
