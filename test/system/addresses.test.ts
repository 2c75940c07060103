/** Aliases, catch-alls, forwards, modes and tags, on a local node with real daemons: who gets a message, and how often. */
import { randomBytes } from 'node:crypto';

import { expect } from 'chai';

import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { connectLines } from '../support/system/line-client.ts';
import {
  activate,
  canLogIn,
  endpointsOf,
  imapClient,
  type MailServer,
} from '../support/system/mail-server.ts';
import { at, domain, loginOf, mailOf, passwordOf } from '../support/system/people.ts';
import { deliver, openSmtp, sendBy } from '../support/system/smtp.ts';
import { runTool } from '../support/system/watching.ts';

const second = 'second.example.com';
const stranger = 'stranger@elsewhere.example';
const mebibyte = 1024 * 1024;

const basics = {
  'mail-domains': [domain, second],
  'domain-aliases': { 'alias.example.com': domain },
  'inbound-relay': { enable: false },
};
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
  small: { 'mailbox-size-limit': 1 },
};
const aliases: Readonly<Record<string, readonly string[]>> = {
  // Two ways to alice and bob.
  team: [at('alice'), at('bob'), at('carol'), at('inner')],
  inner: [at('alice')],
  later: [at('missing')],
  tiny: [at('small')],
  both: [at('small'), at('alice')],
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

describe('addresses', () => {
  let mail: MailNode;
  let server: MailServer;
  const request = (name: string, more: object = {}) =>
    mail.requestAccount('mail1', name, { address: at(name), ...accounts[name], ...more });

  before(async () => {
    mail = await startMailNode();
    await mail.request('mail1', basics);
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
      who === null ? {} : { login: loginOf(who) },
    );
  const counts = async (subject: string): Promise<Record<string, number>> => {
    const found = await Promise.all(
      Object.keys(accounts).map(async (name): Promise<[string, number]> => {
        // Nobody sees what an account got that is destroyed.
        const messages = await mailOf(server, name).catch((error: { authenticationFailed?: boolean }) => {
          if (error.authenticationFailed) return [];
          throw error;
        });
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
    // What is not delivered by then never will be: also what goes to one mailbox too many, or twice to one.
    const partition = await mail.partition('mail1');
    await eventually('an empty queue', async () =>
      (await runTool(mail, partition, 'mailq')).output.includes('queue is empty'),
    );
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

  it('of a full mailbox refuse mail by whichever way it would come, others go on', async () => {
    const client = imapClient(server.imaps, at('small'), passwordOf('small'));
    await client.connect();
    await client.append('INBOX', `Subject: filling\r\n\r\n${'x'.repeat(62)}\r\n`.padEnd(mebibyte, 'x'));
    const ways = [at('small'), at('small+tag'), at('tiny'), at('tiny+tag'), at('tiny', 'alias.example.com')];
    for (const way of ways) {
      expect(await send('no room', stranger, way, null), way).to.match(/^RCPT 552 5\.2\.2 .*Mailbox is full/);
    }
    expect(await send('no room', at('alice'), at('tiny'), 'alice')).to.match(/^RCPT 552 5\.2\.2 /);
    for (const other of [at('alice'), at('both'), at('whatever')])
      expect(await send('room', stranger, other, null), other).to.equal('accepted');
    await client.mailboxOpen('INBOX');
    await client.messageDelete({ all: true });
    for (const way of ways) expect(await send('room', stranger, way, null), way).to.equal('accepted');
    await client.logout();
  });

  it('work as soon as a missing destination comes', async () => {
    await request('missing');
    await mail.settle();
    expect(await send('later', stranger, at('later'), null)).to.equal('accepted');
    expect((await mail.published('later'))['destinations']).to.deep.equal([at('missing')]);
  });

  it('of a suspended account keep their mail, or refuse it, and it ends what is open and comes back as it was', async () => {
    const open = await connectLines(server.imap);
    await open.until(/^\* OK/);
    await open.command('a STARTTLS', /^a OK/);
    await open.secure();
    await open.command(`b LOGIN ${at('user3')} ${passwordOf('user3')}`, /^b OK/);
    const submission = await openSmtp(server.smtp, { login: loginOf('user3') });
    const other = imapClient(server.imaps, at('auser3'), passwordOf('auser3'));
    await other.connect();

    await request('user3', { suspended: 'keep-mail' });
    const { output } = await mail.settle();
    expect(output)
      .to.contain(`sessions of ${at('user3')} ended`)
      .and.not.contain(`of ${at('auser3')} ended`);
    expect(await open.command('c NOOP', /^c /).catch(() => 'hung up')).to.match(/BYE|hung up/);
    open.close();
    const letter = { sender: at('user3'), recipients: [at('alice')] };
    expect(await deliver(submission, letter)).to.match(/^RCPT 5\d\d 5\.7\.1 .*may not log in any more/);
    submission.close();
    await other.noop();
    await other.logout();
    expect(await canLogIn(server, at('user3'), passwordOf('user3'))).to.equal(false);
    expect(await send('kept', stranger, at('user3'), null)).to.equal('accepted');

    await request('user3', { suspended: 'refuse-mail' });
    await mail.settle();
    expect(await canLogIn(server, at('user3'), passwordOf('user3'))).to.equal(false);
    expect(await send('refused', stranger, at('user3'), null)).to.match(/^RCPT 550 5\.2\.1 /);

    await request('user3');
    await mail.settle();
    expect(await canLogIn(server, at('user3'), passwordOf('user3'))).to.equal(true);
    await eventually('the mail that was kept', async () => (await counts('kept'))['user3'] === 1);
    expect(await counts('kept')).to.deep.equal({ user3: 1 });
    expect(await counts('refused')).to.deep.equal({});
  });

  it('of a destroyed account go to the catch-all, its mail to nobody, and its namesakes stay as they are', async () => {
    await mail.destroyAccount('auser3');
    await mail.settle();
    expect(await canLogIn(server, at('auser3'), passwordOf('auser3'))).to.equal(false);
    for (const name of ['user3', 'auser3'])
      expect(await send(`to ${name} of two`, stranger, at(name), null)).to.equal('accepted');
    await eventually('both', async () => {
      const [left, right] = await Promise.all([counts('to user3 of two'), counts('to auser3 of two')]);
      return left['user3'] === 1 && right['rest'] === 1;
    });
    expect(await counts('to user3 of two')).to.deep.equal({ user3: 1 });
    expect(await counts('to auser3 of two')).to.deep.equal({ rest: 1 });
    // What it got before is kept aside for its return.
    expect(await counts('auser3-mail1-example-com')).to.deep.equal({});
    await request('auser3');
    await mail.settle();
    await eventually('its return', () => canLogIn(server, at('auser3'), passwordOf('auser3')));
    expect(await counts('auser3-mail1-example-com')).to.deep.equal({ auser3: 1 });
  });

  for (const [delimiter, tagged, untagged] of [
    ['-', 'alice-tag', 'alice+tag'],
    ['', null, 'alice-tag'],
  ] as const) {
    it(`have tags behind ${JSON.stringify(delimiter)} when the parameter says so`, async () => {
      await mail.request('mail1', { ...basics, 'recipient-delimiter': delimiter });
      await mail.settle();
      const expected = {
        [untagged]: 'rest',
        'bob+news': 'bob+news',
        ...(tagged ? { [tagged]: 'alice' } : {}),
      };
      const subject = (to: string) => `${to} where tags are behind (${delimiter})`;
      await eventually('Postfix with the new delimiter', async () => {
        const isTag = (local: string) => send('probe', at(local), at('user3'), 'alice');
        const isReady = tagged === null || (await isTag(tagged)) === 'accepted';
        return isReady && (await isTag(untagged)) !== 'accepted';
      });
      for (const to of Object.keys(expected))
        expect(await send(subject(to), stranger, at(to), null), to).to.equal('accepted');
      for (const [to, who] of Object.entries(expected)) {
        await eventually(`${to} at ${who}`, async () => (await counts(subject(to)))[who] !== undefined);
        expect(await counts(subject(to)), to).to.deep.equal({ [who]: 1 });
      }
    });
  }
});
