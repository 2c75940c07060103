/** Aliases, catch-alls, forwards, modes and tags, on a local node with real daemons: who gets a message, and how often. */
import { randomBytes } from 'node:crypto';

import { expect } from 'chai';

import { eventually } from '../support/node/eventually.ts';
import { type MailNode, startMailNode } from '../support/node/mail-node.ts';
import { activate, canLogIn, endpointsOf, type MailServer, messagesOf } from '../support/node/mail-server.ts';
import { sendBy } from '../support/node/smtp.ts';

const domain = 'mail1.example.com';
const second = 'second.example.com';
const at = (local: string, of = domain) => `${local}@${of}`;
const passwordOf = (name: string) => `${name}-secret`;
const stranger = 'stranger@elsewhere.example';

const accounts: Readonly<Record<string, object>> = {
  alice: { aliases: [at('a.lice')] },
  bob: { forward: { destinations: [at('alice')] } },
  carol: { forward: { destinations: [at('bob')], 'keep-copy': false } },
  'bob+news': {},
  user3: {},
  auser3: {},
  robot: { mode: 'send-only', aliases: [at('noreply')] },
  printer: { mode: 'receive-only' },
  away: {},
  rest: {},
};
const aliases: Readonly<Record<string, readonly string[]>> = {
  // Two ways to alice and bob.
  team: [at('alice'), at('bob'), at('carol'), at('inner')],
  inner: [at('alice')],
  later: [at('missing')],
};

/** Recipient → who gets it, once each; or the refusal. */
const deliveries: Readonly<Record<string, readonly string[] | RegExp>> = {
  [at('alice')]: ['alice'],
  [at('ALICE')]: ['alice'],
  [at('a.lice')]: ['alice'],
  [at('alice+tag')]: ['alice'],
  [at('a.lice+tag')]: ['alice'],
  [at('bob')]: ['alice', 'bob'],
  [at('bob+other')]: ['alice', 'bob'],
  [at('bob+news')]: ['bob+news'],
  [at('carol')]: ['alice', 'bob'],
  [at('team')]: ['alice', 'bob'],
  [at('team+tag')]: ['alice', 'bob'],
  [at('team', 'alias.example.com')]: ['alice', 'bob'],
  [at('alice', 'alias.example.com')]: ['alice'],
  [at('user3')]: ['user3'],
  [at('auser3')]: ['auser3'],
  [at('ser3')]: ['rest'],
  [at('whatever')]: ['rest'],
  [at('whatever', 'alias.example.com')]: ['rest'],
  [at('robot')]: /^RCPT 550 5\.2\.1 /,
  [at('robot+tag')]: /^RCPT 550 5\.2\.1 /,
  [at('noreply')]: /^RCPT 550 5\.2\.1 /,
  [at('later')]: /^RCPT 550 5\.2\.1 /,
  [at('printer')]: ['printer'],
  [at('away')]: ['away'],
  [at('whatever', second)]: /^RCPT 550 5\.1\.1 /,
  [at('alice', second)]: /^RCPT 550 5\.1\.1 /,
};

/** Who, as what, what comes of it. `null`: without logging in. */
const senders: readonly [who: string | null, sender: string, result: RegExp][] = [
  ['alice', at('alice'), /^accepted$/],
  ['alice', at('a.lice'), /^accepted$/],
  ['alice', at('alice+tag'), /^accepted$/],
  ['alice', at('alice', 'alias.example.com'), /^accepted$/],
  ['alice', at('team'), /^accepted$/],
  ['alice', at('inner'), /^accepted$/],
  ['alice', at('bob'), /^RCPT 5/],
  ['bob', at('bob+news'), /^RCPT 5/],
  ['bob', at('inner'), /^RCPT 5/],
  ['user3', at('auser3'), /^RCPT 5/],
  ['user3', at('team'), /^RCPT 5/],
  ['rest', at('whatever'), /^RCPT 5/],
  ['robot', at('noreply'), /^accepted$/],
  ['printer', at('printer'), /^RCPT 5\d\d 5\.7\.1 .*receives mail only/],
  [null, at('team'), /^RCPT 5/],
  [null, at('later'), /^RCPT 5/],
  [null, at('alice', 'alias.example.com'), /^RCPT 5/],
];

describe('addresses', function () {
  this.timeout(120_000);
  let mail: MailNode;
  let server: MailServer;
  const request = (name: string, more: object = {}) =>
    mail.requestAccount('mail1', name, { address: at(name), ...accounts[name], ...more });

  before(async function () {
    this.timeout(300_000);
    mail = await startMailNode();
    await mail.request('mail1', {
      'mail-domains': [domain, second],
      'domain-aliases': { 'alias.example.com': domain },
      'inbound-relay': { enable: false },
    });
    for (const name of Object.keys(accounts)) await request(name);
    for (const [name, destinations] of Object.entries(aliases)) {
      await mail.requestAccount('mail1', name, { kind: 'alias', address: at(name), destinations });
    }
    await mail.requestAccount('mail1', 'catch-all', {
      kind: 'alias',
      address: `@${domain}`,
      destinations: [at('rest')],
    });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    for (const name of Object.keys(accounts)) await activate(mail, 'mail1', name, passwordOf(name));
  });

  after(() => mail?.stop());

  const send = (subject: string, sender: string, recipient: string, who: string | null) =>
    sendBy(
      server.smtp,
      { sender, recipients: [recipient], message: `From: <${sender}>\nSubject: ${subject}\n\ntext\n` },
      who === null ? {} : { login: { user: at(who), pass: passwordOf(who) } },
    );
  const counts = async (subject: string): Promise<Record<string, number>> => {
    const found = await Promise.all(
      Object.keys(accounts).map(async (name): Promise<[string, number]> => {
        const messages = await messagesOf(server, at(name), passwordOf(name), 'INBOX');
        return [name, messages.filter((text) => text.includes(`Subject: ${subject}`)).length];
      }),
    );
    return Object.fromEntries(found.filter(([, count]) => count > 0));
  };

  it('lead to each mailbox once, by whichever ways, and to no other', async () => {
    const sent = new Map<string, readonly string[]>();
    for (const [recipient, expected] of Object.entries(deliveries)) {
      const subject = `${recipient.replace(/[^a-z0-9]/gi, '-')}-${randomBytes(4).toString('hex')}`;
      const answer = await send(subject, stranger, recipient, null);
      if (expected instanceof RegExp) expect(answer, recipient).to.match(expected);
      else {
        expect(answer, recipient).to.equal('accepted');
        sent.set(subject, expected);
      }
    }
    for (const [subject, expected] of sent) {
      await eventually(`${subject} at ${expected.join(', ')}`, async () =>
        Object.keys(await counts(subject)).length >= expected.length ? true : undefined,
      );
    }
    for (const [subject, expected] of sent) {
      expect(await counts(subject), subject).to.deep.equal(
        Object.fromEntries(expected.map((name) => [name, 1])),
      );
    }
  });

  for (const [who, sender, result] of senders) {
    it(`let ${who ?? 'a stranger'} send as ${sender}: ${String(result)}`, async () => {
      expect(await send('sender', sender, at('user3'), who)).to.match(result);
    });
  }

  it('work as soon as a missing destination comes, and go without another', async () => {
    await request('missing');
    await mail.requestAccount('mail1', 'user3', { address: at('user3'), suspended: 'keep-mail' });
    await mail.destroyAccount('auser3');
    await mail.settle();
    expect(await send('later', stranger, at('later'), null)).to.equal('accepted');
    expect((await mail.published('later'))['destinations']).to.deep.equal([at('missing')]);
    expect(await canLogIn(server, at('user3'), passwordOf('user3'))).to.equal(false);
    expect(await send('kept', stranger, at('user3'), null)).to.equal('accepted');
    await request('user3');
    await mail.settle();
    const messages = await eventually('the mail that was kept', async () => {
      const found = await messagesOf(server, at('user3'), passwordOf('user3'), 'INBOX').catch(() => []);
      return found.some((text) => text.includes('Subject: kept')) ? found : undefined;
    });
    expect(messages.filter((text) => text.includes('Subject: kept'))).to.have.length(1);
  });
});
