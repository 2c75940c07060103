/** Accounts of a mail server behind the nodes: what it would refuse, a node refuses while the sender is connected. */
import { basename } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { sendBy } from '../../support/system/smtp.ts';
import { attempt, logIn, outside, type Subject, user2 } from './relayed-mail.ts';

const at = (name: string): string => `${name}@mail2.example.com`;
const sender = 'out@world.example';

export const accounts: Subject = (relay) => {
  it('refuses mail for mailboxes that are full, suspended or gone, for the reason that their server gives', async () => {
    const { world, node1, mail2 } = relay();
    const process = async () => {
      const only = [basename(await world.partition('mail2'))];
      const { exitCode, output } = await world.node.processInstances({ only, force: true });
      expect(exitCode, output.slice(-2000)).to.not.equal(1);
    };
    const result = (name: string) => attempt(node1.inbound, sender, at(name), { from: outside });
    await world.requestAccount('mail2', 'small', { address: at('small'), 'mailbox-size-limit': 1 });
    await world.requestAccount('mail2', 'away', { address: at('away'), suspended: 'refuse-mail' });
    await world.requestAccount('mail2', 'gone', { address: at('gone') });
    await process();

    const messageOf = (lines: number) => `Subject: lines\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(lines)}`;
    // By people of its own server, so that the node has never asked about it.
    const fill = (lines: number) =>
      sendBy(
        mail2.smtp,
        { sender: user2, recipients: [at('small')], message: messageOf(lines) },
        logIn(user2),
      );
    expect(await fill(12_000)).to.equal('accepted');
    await eventually('the mailbox is full', async () => {
      for (const lines of [500, 20]) await fill(lines);
      return /^RCPT 552 /.test(await fill(1));
    });
    expect(await result('small')).to.match(/^RCPT 552 5\.2\.2 .*full/);
    // The first message ever, larger than the mailbox, by a client that does not say so.
    await world.requestAccount('mail2', 'smaller', { address: at('smaller'), 'mailbox-size-limit': 1 });
    await world.destroyAccount('gone');
    await process();
    const larger = { sender, recipients: [at('smaller')], message: messageOf(20_000) };
    expect(await sendBy(node1.inbound, larger, { from: outside })).to.match(/^END 552 5\.2\.2 /);

    expect(await result('away')).to.match(/^RCPT 550 5\.2\.1 /);
    expect(await result('gone')).to.match(/^RCPT 550 5\.1\.[01] /);
    for (const name of ['small', 'smaller', 'away']) await world.destroyAccount(name);
  });
};
