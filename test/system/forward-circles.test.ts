/** Mail that people's filter scripts send on to each other in a circle: it ends, and is neither lost nor doubled. */
import { join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { endpointsOf, type MailServer, messagesOf } from '../support/system/mail-server.ts';
import { activateAll, at, domain, passwordOf } from '../support/system/people.ts';
import { activateScript, openSieve } from '../support/system/sieve.ts';
import { sendBy } from '../support/system/smtp.ts';

const names = ['alice', 'bob', 'carol', 'dora'] as const;
type Name = (typeof names)[number];

describe('forwards in a circle', () => {
  let mail: MailNode;
  let server: MailServer;

  before(async () => {
    mail = await startMailNode();
    await mail.request('mail1', { 'mail-domains': [domain], 'inbound-relay': { enable: false } });
    for (const name of names) await mail.requestAccount('mail1', name, { address: at(name) });
    // A forward of the request, not of a script.
    await mail.requestAccount('mail1', 'dora', {
      address: at('dora'),
      forward: { destinations: [at('alice')], 'keep-copy': true },
    });
    await mail.requestAccount('mail1', 'sales', {
      kind: 'alias',
      address: at('sales'),
      destinations: [at('alice')],
    });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, names);
  });

  after(async () => {
    await mail?.stop();
  });

  const script = (name: Name, text: string) =>
    activateScript(server.sieve, at(name), passwordOf(name), `require ["copy", "fileinto"];\r\n${text}\r\n`);
  const send = (
    recipient: string,
    subject: string,
    headers = `Message-ID: <${subject}@elsewhere.example>\r\n`,
  ) =>
    sendBy(server.smtp, {
      sender: 'stranger@elsewhere.example',
      recipients: [recipient],
      message: `From: stranger@elsewhere.example\r\nSubject: ${subject}\r\n${headers}\r\nhi\r\n`,
    });
  /** A message is in the queue while a script sends it on: an empty queue is the end of the circle. */
  const ended = () =>
    eventually('the end of the circle', async () => {
      const mailq = join(await mail.partition('mail1'), 'bin', 'mailq');
      return (await runAsUser(mail.node, [mailq])).output.includes('Mail queue is empty') || undefined;
    });
  /** How many copies of a message each has, in INBOX or Archive. */
  const copiesOf = async (subject: string) => {
    const counts: Partial<Record<Name, number>> = {};
    for (const name of names) {
      const sources = [];
      for (const folder of ['INBOX', 'Archive'])
        sources.push(...(await messagesOf(server, at(name), passwordOf(name), folder)));
      const count = sources.filter((source) => source.includes(`Subject: ${subject}\r\n`)).length;
      if (count > 0) counts[name] = count;
    }
    return counts;
  };

  const circles: Record<string, { scripts: Partial<Record<Name, string>>; to?: string; copies: object }> = {
    'two that keep copies': {
      scripts: { alice: 'redirect :copy "bob";', bob: 'redirect :copy "alice";' },
      copies: { alice: 1, bob: 1 },
    },
    'two of which the first keeps none': {
      scripts: { alice: 'redirect "bob";', bob: 'redirect :copy "alice";' },
      copies: { bob: 1 },
    },
    'two of which the second keeps none': {
      scripts: { alice: 'redirect :copy "bob";', bob: 'redirect "alice";' },
      copies: { alice: 1 },
    },
    'two that keep none': {
      scripts: { alice: 'redirect "bob";', bob: 'redirect "alice";' },
      copies: { alice: 1 },
    },
    'two that file their copies': {
      scripts: {
        alice: 'fileinto "Archive"; redirect "bob";',
        bob: 'fileinto "Archive"; redirect "alice";',
      },
      copies: { alice: 1, bob: 1 },
    },
    'two by an alias, with a tag': {
      scripts: { alice: 'redirect :copy "bob";', bob: 'redirect :copy "sales+back";' },
      to: 'sales+first',
      copies: { alice: 1, bob: 1 },
    },
    'three that keep copies': {
      scripts: {
        alice: 'redirect :copy "bob";',
        bob: 'redirect :copy "carol";',
        carol: 'redirect :copy "alice";',
      },
      copies: { alice: 1, bob: 1, carol: 1 },
    },
    'three of which one keeps a copy': {
      scripts: { alice: 'redirect "bob";', bob: 'redirect "carol";', carol: 'redirect :copy "alice";' },
      copies: { carol: 1 },
    },
    'three that keep none': {
      scripts: { alice: 'redirect "bob";', bob: 'redirect "carol";', carol: 'redirect "alice";' },
      copies: { alice: 1 },
    },
    'one script and the forward of a request': {
      scripts: { alice: 'redirect :copy "dora";' },
      to: 'dora',
      copies: { alice: 1, dora: 1 },
    },
  };
  for (const [index, [title, { scripts, to = 'alice', copies }]] of Object.entries(circles).entries())
    it(`end at the second round, with one copy each: ${title}`, async () => {
      for (const name of names)
        await script(
          name,
          (scripts[name] ?? 'keep;').replace(/redirect(.*)"([^"]+)"/, `redirect$1"$2@${domain}"`),
        );
      expect(await send(at(to), `circle-${index}`)).to.equal('accepted');
      await ended();
      expect(await copiesOf(`circle-${index}`)).to.deep.equal(copies);
    });

  it('lose nothing and end where a message has nothing to know it by', async () => {
    await script('alice', `redirect :copy "${at('bob')}";`);
    await script('bob', `redirect :copy "${at('alice')}";`);
    expect(await send(at('alice'), 'nameless', '')).to.equal('accepted');
    await ended();
    const { alice = 0, bob = 0 } = await copiesOf('nameless');
    expect([alice, bob].every((count) => count >= 1 && count <= 2)).to.equal(true);
  });

  it('are told from messages that only look so: these are kept', async () => {
    for (const name of names) await script(name, 'keep;');
    const from = (name: string) => `X-Sieve-Redirected-From: ${name}\r\n`;
    const id = (name: string) => `Message-ID: ${name}\r\n`;
    const strange = [
      from(at('alice')) + id('<never-seen@elsewhere.example>'),
      from(at('alice')),
      from(at('alice')) + id('<>'),
      from(at('alice')) + id('@elsewhere.example'),
      from('*') + id('<circle-0@elsewhere.example>'),
      from('$(touch x)') + from(at('alice')) + id('<$(id)`id`@x>'),
      from('-A') + from(at('alice')) + id('<--x>'),
      from(at('bob')) + id('<circle-0@elsewhere.example>'),
      id('<circle-0@elsewhere.example>'),
    ];
    for (const [index, headers] of strange.entries())
      expect(await send(at('alice'), `strange-${index}`, headers)).to.equal('accepted');
    await ended();
    const kept = (await messagesOf(server, at('alice'), passwordOf('alice'))).flatMap(
      (source) => /^Subject: strange-(\d+)\r$/m.exec(source)?.[1] ?? [],
    );
    expect(kept.map(Number).sort((one, other) => one - other)).to.deep.equal([...strange.keys()]);
  });

  it('end by a program that people’s own scripts cannot run', async () => {
    const text = 'require ["vnd.dovecot.execute"];\r\nexecute "already-kept";\r\n';
    const client = await openSieve(server.sieve, at('bob'), passwordOf('bob'));
    const answer = await client.command(
      `CHECKSCRIPT {${Buffer.byteLength(text)}+}\r\n${text}`,
      /vnd\.dovecot\.execute/,
    );
    expect(answer).to.match(/^NO /);
    client.close();
  });
});
