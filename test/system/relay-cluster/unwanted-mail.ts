/** Greylisting, which only the second node does, and SPF. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import type { RelayEndpoints } from '../../support/system/relay-world.ts';
import { deliver, openSmtp } from '../../support/system/smtp.ts';
import { attempt, outside, type Subject, user1, user2 } from './relayed-mail.ts';

export const unwantedMail: Subject = (relay) => {
  it('greylists: refuses for a moment, then accepts', async () => {
    const { node2 } = relay();
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
    const { node1, node2 } = relay();
    const options = { from: 'fd00:2::2' };
    expect(await attempt(node2.inbound, 'new@world.example', user2, options)).to.equal('accepted');
    expect(await attempt(node1.inbound, 'new@world.example', user1, options)).to.equal('accepted');
  });

  it('refuses senders whose SPF record says no, and does not greylist where it says yes', async () => {
    const { node1, node2 } = relay();
    for (const { inbound } of [node1, node2]) {
      // Users of the node's own machine are nobody special.
      for (const from of [outside, '::1']) {
        const forged = await attempt(inbound, 'anybody@nobody.example', user1, { from });
        expect(forged, from).to.match(/^RCPT 550 5\.7\.23 /);
      }
    }
    const passed = await attempt(node2.inbound, 'out@sender.example', user1, { from: 'fd00:2::3' });
    expect(passed).to.equal('accepted');
  });

  /** What mail for a recipient that no node greylists comes to, from a client whose address no record permits. */
  const byName = async ({ inbound }: RelayEndpoints, heloName: string, sender = 'out@world.example') => {
    const client = await openSmtp(inbound, { from: 'fd00:3::80' });
    await client.command(`EHLO ${heloName}`, /^\d{3} /);
    const result = await deliver(client, { sender, recipients: [user2] });
    client.close();
    return result;
  };

  it('refuses clients that call themselves what they may not', async () => {
    const { node1, node2 } = relay();
    for (const node of [node1, node2])
      expect(await byName(node, 'nobody.example')).to.match(/^RCPT 550 5\.7\.23 /);
  });

  it('takes softfail and neutral of SPF for no record', async () => {
    const { node1, node2 } = relay();
    for (const name of ['client.example', 'soft.example']) {
      expect(await byName(node1, name), name).to.equal('accepted');
      expect(await byName(node1, 'world.example', `out@${name}`), name).to.equal('accepted');
    }
    expect(await byName(node2, 'client.example')).to.equal('accepted');
    expect(await byName(node2, 'world.example', 'out@client.example')).to.equal('accepted');
  });

  it('refuses softfail of SPF where a node is told to, of names and of senders', async () => {
    const { node2 } = relay();
    expect(await byName(node2, 'soft.example')).to.match(/^RCPT 550 5\.7\.23 /);
    expect(await byName(node2, 'world.example', 'out@soft.example')).to.match(/^RCPT 550 5\.7\.23 /);
  });

  it('goes on where an SPF record cannot be read', async () => {
    const { node1 } = relay();
    for (const sender of ['out@broken.example', 'out@confused.example']) {
      expect(await attempt(node1.inbound, sender, user1, { from: outside }), sender).to.equal('accepted');
    }
  });
};
