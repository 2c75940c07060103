/** What daemons look up while processing replaces it: nothing is missing, half written or empty for a moment. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { runTool } from '../support/system/watching.ts';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { activate, canLogIn, endpointsOf, type MailServer } from '../support/system/mail-server.ts';
import { activateAll, at, domain, mailOf, passwordOf, requestBehind } from '../support/system/people.ts';
import { openSmtp, sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';

const reply = /^\d{3} /;
const stranger = 'stranger@elsewhere.example';

describe('while tables are replaced', () => {
  let mail: MailNode;
  let server: MailServer;
  /** Gets bounces, of which there are none. */
  let world: StandIn;

  before(async () => {
    world = await startStandIn();
    mail = await startMailNode();
    await requestBehind(world, mail);
    for (const name of ['steady', 'sender']) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.requestAccount('mail1', 'team', {
      kind: 'alias',
      address: at('team'),
      destinations: [at('steady')],
    });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, ['steady', 'sender']);
  });

  after(async () => {
    await mail?.stop();
    await world?.stop();
  });

  /** The last line that the server says to RCPT. */
  async function answerTo(recipient: string, sender = stranger): Promise<string> {
    const client = await openSmtp(server.smtp);
    try {
      await client.command(`MAIL FROM:<${sender}>`, reply);
      return (await client.command(`RCPT TO:<${recipient}>`, reply)).trim();
    } finally {
      client.close();
    }
  }

  const send = (recipient: string, subject: string) =>
    sendBy(server.smtp, {
      sender: stranger,
      recipients: [recipient],
      message: `Subject: ${subject}\r\n\r\nhi\r\n`,
    });
  const arrived = async (name: string, subject: string) =>
    (await mailOf(server, name)).filter((source) => source.includes(`Subject: ${subject}\r\n`)).length;

  it('no look-up misses what is there, or finds what is not', async () => {
    let isProcessing = true;
    /** Asks until processing is over. What was wrong, and how often it asked. */
    const probe = async (ask: () => Promise<string>, expected: RegExp) => {
      const wrong: string[] = [];
      let count = 0;
      while (isProcessing) {
        const answer = await ask().catch((error: Error) => error.message);
        if (!expected.test(answer)) wrong.push(answer);
        count += 1;
      }
      return { wrong, count };
    };
    const probes = {
      'an account': probe(() => answerTo(at('steady')), /^250 /),
      'an alias': probe(() => answerTo(at('team')), /^250 /),
      'an unknown name': probe(() => answerTo(at('nobody')), /^550 5\.1\.1 /),
      'a domain of others': probe(() => answerTo('x@abroad.example'), /^(454|554) 5?4?\.7\.1 /),
      'a sender of an account': probe(
        () => answerTo(at('steady'), at('sender')),
        /^553 5\.7\.1 |^554 5\.7\.1 /,
      ),
      'a log-in': probe(
        async () => String(await canLogIn(server, at('steady'), passwordOf('steady'))),
        /^true$/,
      ),
      'a delivery': probe(() => send(at('team'), 'while processing'), /^accepted$/),
    };
    try {
      for (let round = 0; round < 3; round += 1) {
        await mail.requestAccount('mail1', `new${round}`, { address: at(`new${round}`) });
        if (round > 0) await mail.destroyAccount(`new${round - 1}`);
        // One more domain changes what Postfix reloads for.
        const domains = [domain, ...Array.from({ length: round }, (_, index) => `d${index}.example`)];
        await requestBehind(world, mail, { 'mail-domains': domains });
        await mail.reprocess();
      }
    } finally {
      isProcessing = false;
    }
    let sent = 0;
    for (const [title, running] of Object.entries(probes)) {
      const { wrong, count } = await running;
      expect(wrong, title).to.deep.equal([]);
      expect(count, title).to.be.greaterThan(10);
      if (title === 'a delivery') sent = count;
    }
    await eventually('all of it', async () => (await arrived('steady', 'while processing')) === sent);
    expect(world.received).to.deep.equal([]);
  });

  it('mail for a new account is taken as soon as Postfix knows it, and arrives', async () => {
    for (const name of ['early1', 'early2', 'early3']) {
      await mail.requestAccount('mail1', name, { address: at(name) });
      const processed = mail.reprocess();
      await eventually('it is taken', async () => (await send(at(name), 'the first')) === 'accepted');
      await processed;
      await activate(mail, 'mail1', name, passwordOf(name));
      // One that came before Dovecot knew the account waits for minutes by itself.
      await eventually('it arrives', async () => {
        await runTool(mail, await mail.partition('mail1'), 'postqueue', '-f');
        return (await arrived(name, 'the first')) === 1;
      });
    }
    expect(world.received).to.deep.equal([]);
  });

  it('mail that Postfix takes for an account that Dovecot does not know, yet or any more, waits for it', async () => {
    const partition = await mail.partition('mail1');
    const tool = (name: string, ...args: string[]) =>
      runAsUser(mail.node, [join(partition, 'bin', name), ...args]);
    // A moment of a processing, held still: Postfix' tables have the address.
    for (const table of ['mailboxes', 'recipients']) {
      const path = join(partition, 'etc/postfix', table);
      await appendFile(path, `${at('late')} ${at('late')}\n`);
      expect(await tool('postmap', `cdb:${path}`)).to.include({ exitCode: 0 });
    }
    await eventually('Postfix knows it', async () => (await send(at('late'), 'too early')) === 'accepted');
    await eventually('it waits', async () => /late@mail1\.example\.com/.test((await tool('mailq')).output));
    await mail.requestAccount('mail1', 'late', { address: at('late') });
    await mail.settle();
    await activate(mail, 'mail1', 'late', passwordOf('late'));
    await eventually('it arrives', async () => {
      await tool('postqueue', '-f');
      return (await arrived('late', 'too early')) === 1;
    });
    expect(world.received).to.deep.equal([]);
  });

  it('an account that is closed takes no mail any more, and nothing that was taken for it is lost in silence', async () => {
    await mail.destroyAccount('early1');
    let answer = '';
    const processed = mail.reprocess();
    await eventually('it is refused', async () => {
      answer = await send(at('early1'), 'the last');
      return answer !== 'accepted';
    });
    expect(answer).to.match(/^RCPT 550 5\.1\.1 /);
    await processed;
    for (let count = 0; count < 5; count += 1)
      expect(await send(at('early1'), 'the last')).to.match(/^RCPT 550 5\.1\.1 /);
    expect(await send(at('early2'), 'to the next')).to.equal('accepted');
    await eventually('it arrives', async () => (await arrived('early2', 'to the next')) === 1);
  });
});
