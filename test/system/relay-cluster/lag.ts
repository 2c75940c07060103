/** A domain that its cluster knows and its nodes do not yet: mail waits, and nothing of it is lost or goes elsewhere. */
import { basename } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { addresses, asMail1, attempt, outside, type Subject, user1 } from './relayed-mail.ts';

export const lag: Subject = (relay) => {
  it('puts mail off for a domain that was just requested, and answers its requester when the nodes know it', async () => {
    const { world, nameServer, delivery, node1 } = relay();
    await nameServer.add('late.example. MX 10 mx2.relay.example.');
    const { host, port } = addresses.address;
    await world.requestDomain('late', {
      ...{ name: 'late.example', 'mail-server-host': host, 'mail-server-port': port },
    });
    const process = async (...names: string[]) => {
      const only = await Promise.all(names.map(async (name) => basename(await world.partition(name))));
      return world.node.processInstances({ only, force: true });
    };
    const cluster = await process('mailrelay');
    expect(cluster.output).to.contain('node node1 has not applied late.example yet');
    expect(await world.published('late')).to.not.have.property('outbound-host');

    const before = delivery.received.length;
    const fromTenant = await attempt(node1.outbound, user1, 'any@late.example', await asMail1(relay()));
    expect(fromTenant).to.match(/^RCPT 450 4\.4\.4 .*the MX records of late\.example name this relay/);
    const fromItself = await attempt(node1.outbound, 'any@late.example', user1, { from: outside });
    expect(fromItself).to.match(/^RCPT 450 4\.7\.1 /);
    const fromWorld = await attempt(node1.inbound, 'out@world.example', 'any@late.example', {
      from: outside,
    });
    expect(fromWorld).to.match(/^RCPT 454 4\.7\.1 /);
    expect(delivery.received).to.have.lengthOf(before);

    await process('node1');
    await eventually('mail for it is taken', async () => {
      const result = await attempt(node1.inbound, 'out@world.example', 'any@late.example', { from: outside });
      return result === 'accepted';
    });
    await process('mailrelay');
    expect(await world.published('late')).to.deep.include({ 'outbound-hosts': [node1.outbound.host] });
  });
};
