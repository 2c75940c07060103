/** Mail servers that are known by a certificate, also where a domain of somebody else names another one. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted } from '../../support/system/smtp.ts';
import { expectGoodSuites } from '../../support/system/tls-suites.ts';
import { type Attacks, fingerprintOf } from './attacked-relay.ts';

export const certificates: Attacks = (relay) => {
  it('takes the certificate that one domain names for no other domain of the same mail server', async () => {
    const { world, node1, victim, ofVictim, ofAttacker, login, replaceVictim } = relay();
    const toVictim = await sendAccepted(node1.outbound, 'any@login.example', 'any@victim.example', login);
    await taken(victim(), toVictim);
    await replaceVictim(ofAttacker);
    const waiting = await Promise.all(
      ['victim', 'also-victim'].map((name) =>
        sendAccepted(node1.outbound, 'any@login.example', `any@${name}.example`, login),
      ),
    );
    const toAttacker = await sendAccepted(node1.outbound, 'any@login.example', 'any@attacker.example', login);
    await taken(victim(), toAttacker);
    await eventually('mail of the victim waits', async () => {
      const { output } = await world.tool('node1', 'outbound-mailq');
      return output.match(/\(Server certificate not verified\)/g)?.length === 2;
    });
    expect(victim().received.map(({ recipients }) => recipients)).to.deep.equal([['any@attacker.example']]);
    await replaceVictim(ofVictim);
    await world.tool('node1', 'outbound-postqueue', '-f');
    for (const subject of waiting) await taken(victim(), subject);
  });

  it('takes good suites of TLS alone where tenants log in, and from the world what has a certificate, in its own order', async () => {
    const { node1 } = relay();
    await expectGoodSuites(node1.outbound, 'smtp');
    await expectGoodSuites(node1.inbound, 'smtp', 'for servers');
    await expectGoodSuites({ ...node1.outbound, port: 8196 }, 'at once');
  });

  it('lists every fingerprint of every domain in the table that administrators know', async () => {
    const { world, ofVictim, ofAttacker } = relay();
    const table = await world.read('node1', 'etc/postfix/outbound/backend_tls_policy_map');
    const prints = new Set(table.match(/[0-9A-F]{2}(:[0-9A-F]{2}){31}/g));
    expect([...prints]).to.have.members([fingerprintOf(ofVictim), fingerprintOf(ofAttacker)]);
  });
};
