/** What a mail server refuses after the node has taken it: the sender hears of it, or the operator does. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { failingPromises } from '../../support/system/promise-results.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted, sendBy } from '../../support/system/smtp.ts';
import { outside, refusedLater, type Subject } from './relayed-mail.ts';

export const bounces: Subject = (relay) => {
  /** It is taken at inbound, and refused by the mail server at its end. Returns its subject. */
  const send = (sender: string, recipient: string) =>
    sendAccepted(relay().node1.inbound, sender, recipient, { from: outside });

  it('returns mail to its sender by the delivery service of the domain that it was for', async () => {
    const { delivery, exchanger } = relay();
    for (const recipient of ['any@paid.example', 'any@PAID.Example']) {
      const subject = await send(`${refusedLater}@world.example`, recipient);
      const { sender, recipients, user, source } = await taken(delivery, subject);
      expect({ sender, recipients, user }).to.deep.equal({
        ...{ sender: '', recipients: [`${refusedLater}@world.example`], user: 'account-2' },
      });
      expect(source).to.contain('this message is not wanted');
    }
    expect(exchanger.received).to.deep.equal([]);
  });

  it('returns it to an MX of the sender where that domain has no delivery service, whatever the mail says', async () => {
    const { node1, delivery, exchanger } = relay();
    const before = delivery.received.length;
    const subject = 'a header that says another domain';
    const sent = await sendBy(
      node1.inbound,
      {
        sender: `${refusedLater}@world.example`,
        recipients: ['any@by-address.example'],
        message: `From: <${refusedLater}@world.example>\r\nFinal-Recipient: rfc822; any@paid.example\r\nSubject: ${subject}\r\nfinal-recipient: rfc822; any@paid.example\r\n\r\nFinal-Recipient: rfc822; any@paid.example\r\n`,
      },
      { from: outside },
    );
    expect(sent).to.equal('accepted');
    const { sender, recipients } = await taken(exchanger, subject);
    expect({ sender, recipients }).to.deep.equal({
      sender: '',
      recipients: [`${refusedLater}@world.example`],
    });
    expect(delivery.received).to.have.lengthOf(before);
  });

  it('keeps a bounce that nobody takes for the operator, whom a promise tells', async () => {
    const { world } = relay();
    const node = await world.partition('node1');
    const kept = () => readdir(join(node, 'srv/lost-mail/new'));
    const before = (await kept()).length;
    await send(`${refusedLater}.unknown@world.example`, 'any@by-address.example');
    await eventually('it is kept', async () => (await kept()).length === before + 1, 30_000);
    const failing = await failingPromises(world.node, node);
    expect([...failing.keys()]).to.deep.equal(['lost-mail']);
    expect(failing.get('lost-mail')).to.match(
      /lost within the last 24 hours: .*to refused\.later\.unknown@world\.example: 550 .*no such user/,
    );
  });
};
