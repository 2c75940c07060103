/** Sieve: what is done for everybody, and what people's own scripts do, which nothing of ours may touch. */
import { join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { canLogIn, endpointsOf, imapClient, type MailServer } from '../support/system/mail-server.ts';
import { activateAll, arrival, at, passwordOf, requestBehind } from '../support/system/people.ts';
import { activateScript, openSieve, sieveReply } from '../support/system/sieve.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { scriptMemory } from './filters/script-memory.ts';
import { receiver, scriptSenders } from './filters/script-senders.ts';

const names = ['alice', 'bob', 'carol', receiver];

describe('filters', () => {
  let mail: MailNode;
  let server: MailServer;
  let world: StandIn;

  const request = (more: object = {}) => requestBehind(world, mail, more);

  before(async () => {
    world = await startStandIn();
    mail = await startMailNode();
    await request();
    for (const name of names) {
      const mode = name === receiver ? { mode: 'receive-only' } : {};
      await mail.requestAccount('mail1', name, { address: at(name), ...mode });
    }
    await mail.requestAccount('mail1', 'sales', {
      kind: 'alias',
      address: at('sales'),
      destinations: [at('carol')],
    });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, names);
  });

  after(async () => {
    await mail?.stop();
    await world?.stop();
  });

  const send = (recipient: string, subject: string, headers = '', sender = 'stranger@elsewhere.example') =>
    sendBy(server.smtp, {
      sender,
      recipients: [recipient],
      message: `From: ${sender || 'mailer-daemon@elsewhere.example'}\r\nSubject: ${subject}\r\n${headers}\r\nhi\r\n`,
    });
  const script = (name: string, text: string) =>
    activateScript(server.sieve, at(name), passwordOf(name), text);
  const arrives = (name: string, subject: string, mailbox: string) =>
    arrival(server, name, `Subject: ${subject}`, mailbox);
  const tool = async (name: string, ...args: string[]) =>
    (await runAsUser(mail.node, [join(await mail.partition('mail1'), 'bin', name), ...args])).output;
  const mailboxes = async (name: string) => {
    const client = imapClient(server.imaps, at(name), passwordOf(name));
    await client.connect();
    const paths = (await client.list()).map(({ path }) => path);
    await client.logout();
    return paths;
  };

  it('put marked spam into Junk, which they make, as read, whatever the account’s own script says', async () => {
    expect(await mailboxes('alice')).to.not.include('Junk');
    await script('alice', 'require ["fileinto"];\nfileinto "Mine";\n');
    expect(await send(at('alice'), 'buy this', 'X-Spam: Yes\r\n')).to.equal('accepted');
    await arrives('alice', 'buy this', 'Junk');
    const client = imapClient(server.imaps, at('alice'), passwordOf('alice'));
    await client.connect();
    await client.mailboxOpen('Junk');
    expect(await client.search({ seen: true })).to.have.lengthOf(1);
    await client.logout();
    expect(await send(at('alice'), 'a letter', 'X-Spam: No\r\n')).to.equal('accepted');
    await arrives('alice', 'a letter', 'Mine');
    expect(await mailboxes('bob')).to.not.include('Junk');
  });

  it('of people are as they were after the configuration was written again', async () => {
    await script('bob', 'require ["fileinto"];\nfileinto "By bob";\n');
    await request({ 'mailbox-size-limit': 77 });
    await mail.reprocess();
    expect(await send(at('bob'), 'after a change')).to.equal('accepted');
    await arrives('bob', 'after a change', 'By bob');
    const client = await openSieve(server.sieve, at('bob'), passwordOf('bob'));
    expect(await client.command('GETSCRIPT "test"', sieveReply)).to.contain('fileinto "By bob";');
    client.close();
  });

  it('answer while somebody is away, once to each, also when the message names an alias', async () => {
    await script('carol', 'require ["vacation"];\nvacation :days 7 :subject "Away" "Back on Monday.";\n');
    const replies = (recipient: string) =>
      world.received.filter(({ recipients }) => recipients.includes(recipient));
    expect(await send(at('sales'), 'first', `To: ${at('sales')}\r\n`, 'one@elsewhere.example')).to.equal(
      'accepted',
    );
    const reply = await eventually('a reply', () => replies('one@elsewhere.example')[0]);
    expect(reply.sender).to.equal('');
    expect(reply.source)
      .to.match(/^Auto-Submitted: auto-replied/m)
      .and.contain('Back on Monday.')
      .and.match(new RegExp(`^From: <${at('sales')}>\r$`, 'm'));
    expect(await send(at('carol'), 'second', `To: ${at('carol')}\r\n`, 'one@elsewhere.example')).to.equal(
      'accepted',
    );
    expect(await send(at('carol'), 'bounce', `To: ${at('carol')}\r\n`, '')).to.equal('accepted');
    const list = 'List-Id: <list.elsewhere.example>\r\n';
    expect(await send(at('carol'), 'list', list, 'owner@elsewhere.example')).to.equal('accepted');
    // Replies leave in the order in which they are made: when this one is there, others would be.
    expect(await send(at('carol'), 'last', '', 'two@elsewhere.example')).to.equal('accepted');
    await eventually('another reply', () => replies('two@elsewhere.example')[0]);
    expect(replies('one@elsewhere.example')).to.have.lengthOf(1);
    expect(world.received).to.have.lengthOf(2);
    for (const subject of ['first', 'second', 'bounce', 'list', 'last'])
      await arrives('carol', subject, 'INBOX');
  });

  it('of a suspended account do nothing, and go on when it is back', async () => {
    await script('carol', 'require ["vacation"];\nvacation :days 7 :subject "Away" "Back on Tuesday.";\n');
    const suspend = async (suspended: 'no' | 'keep-mail') => {
      await mail.requestAccount('mail1', 'carol', { address: at('carol'), suspended });
      await mail.reprocess();
      await eventually(`carol ${suspended === 'no' ? 'logs' : 'does not log'} in`, async () => {
        const isOpen = await canLogIn(server, at('carol'), passwordOf('carol'));
        return isOpen === (suspended === 'no') || undefined;
      });
    };
    await suspend('keep-mail');
    expect(await send(at('carol'), 'while suspended', '', 'three@elsewhere.example')).to.equal('accepted');
    await eventually(
      'delivered',
      async () => (await tool('mailq')).includes('Mail queue is empty') || undefined,
    );
    await suspend('no');
    expect(await send(at('carol'), 'later', '', 'four@elsewhere.example')).to.equal('accepted');
    await eventually('a reply', () =>
      world.received.find(({ recipients }) => recipients[0]?.startsWith('four@')),
    );
    expect(world.received.flatMap(({ recipients }) => recipients)).to.not.include('three@elsewhere.example');
    await arrives('carol', 'while suspended', 'INBOX');
  });

  it('answer the envelope, not From: a message that was sent on is answered to whoever sent it on', async () => {
    const person = 'person@origin.example';
    const answers = {
      'Back on Friday.': 'require ["vacation"];\nvacation :days 7 :subject "Away" "Back on Friday.";\n',
      'No, thank you.': 'require ["reject"];\nreject "No, thank you.";\n',
    };
    const sendAs = async (sender: string, recipient: string, subject: string) => {
      const message = `From: <${person}>\r\nReply-To: <${person}>\r\nTo: <${recipient}>\r\nSubject: ${subject}\r\n\r\nhi\r\n`;
      expect(await sendBy(server.smtp, { sender, recipients: [recipient], message })).to.equal('accepted');
    };
    // Another server forwards it, which has rewritten the sender: that address brings the answer back to the person.
    const rewritten = 'SRS0=ab12=CD=origin.example=person@forwarder.example';
    for (const [text, answering] of Object.entries(answers)) {
      await script('carol', answering);
      await sendAs(rewritten, at('carol'), 'by a forwarder');
      const answer = await eventually(`"${text}"`, () =>
        world.received.find(({ source }) => source.includes(text)),
      );
      expect(answer).to.deep.include({ sender: '', recipients: [rewritten] });
    }
    // The filter of an account here sends it on: the account hears, and may tell the person.
    await script('bob', `if header :is "subject" "sent on" { redirect "${at('carol')}"; }\n`);
    await sendAs(person, at('bob'), 'sent on');
    await arrives('bob', 'Rejected: sent on', 'INBOX');
    expect(world.received.filter(({ recipients }) => recipients.includes(person))).to.deep.equal([]);
  });

  const filtered = () => ({
    ...{ script, send, arrives, received: () => world.received },
    queue: () => tool('mailq'),
    flush: () => tool('postqueue', '-f'),
  });
  describe('that send', () => scriptSenders(filtered));
  describe('that are greedy', () => scriptMemory(filtered));
});
