/** What requesters ask for and hear, and what DNS does meanwhile. */
import { expect } from 'chai';

import { lookUpDomains } from '../../../src/converge/survey/domain-lookups.ts';
import { connectLines } from '../../support/system/line-client.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted } from '../../support/system/smtp.ts';
import { type Attacks, foreign, homeAddress, outside } from './attacked-relay.ts';

const reply = /^\d{3} /;

export const requests: Attacks = (relay) => {
  it('lets odd requests change nothing for others, and relays what turns invalid as before', async () => {
    const { world, node1, unpaid, backend } = relay();
    for (const [name, error] of [
      ['invalid.example', /^\/fingerprints: is missing/],
      ['multicast.example', /^\/mail-server-host: ff02::1 is multicast/],
    ] as const) {
      expect((await world.published(name))['error']).to.match(error);
    }
    const before = await world.published('unpaid.example');
    await world.requestDomain('unpaid.example', { name: 'unpaid.example', 'mail-server-host': 'no address' });
    await world.reprocess(2);
    const { error, domain, ...rest } = await world.published('unpaid.example');
    expect(error).to.match(/^\/mail-server-host: /);
    expect(domain).to.equal('unpaid.example');
    expect(rest).to.deep.equal(before);
    const recipient = 'any@unpaid.example';
    await taken(
      backend,
      await sendAccepted(node1.inbound, 'out@world.example', recipient, { from: outside }),
    );
    await taken(unpaid, await sendAccepted(node1.outbound, recipient, foreign, { from: homeAddress }));
  });

  it('knows the address of a tenant in any spelling', async () => {
    const { world } = relay();
    const transports = await world.read('node1', 'etc/postfix/inbound/transports');
    expect(transports).to.contain('address.example backend:[fd00:3::10]:2525');
    expect(transports).to.contain('mapped.example backend:[127.0.0.77]:2525');
  });

  it('hands out the name of all nodes, and a node without a name by its address alone', async () => {
    const { world, node1, node2, backend } = relay();
    const published = await world.published('login.example');
    expect(published).to.deep.include({
      'dns-entries': 'login.example. MX 10 mx1.relay.example.',
      'outbound-host': 'relay.relay.example',
      'outbound-hosts': [node1.outbound.host, node2.outbound.host],
    });
    const client = await connectLines(node2.inbound, outside);
    expect(await client.until(reply)).to.match(/^220 node2 /);
    expect(await client.command('HELO client.example', reply)).to.equal('250 node2\r\n');
    client.close();
    const subject = await sendAccepted(node2.inbound, 'out@world.example', 'any@login.example', {
      from: outside,
    });
    await taken(backend, subject);
  });

  it('looks domains up in parallel and within its time, however slow the name server of some is', async () => {
    const slow = Array.from({ length: 300 }, (_, index) => `x${index}.slow.example`);
    const began = performance.now();
    const { mailExchangers } = await lookUpDomains([
      ...slow,
      ...['absent.example', 'addressed.example', 'texted.example'],
    ]);
    expect(performance.now() - began).to.be.lessThan(12_000);
    expect(mailExchangers).to.deep.include({
      'absent.example': { kind: 'absent' },
      'addressed.example': { kind: 'none', hasAddress: true },
      'texted.example': { kind: 'none', hasAddress: false },
    });
    expect(new Set(slow.map((name) => mailExchangers[name]?.kind))).to.deep.equal(new Set(['error']));
  });
};
