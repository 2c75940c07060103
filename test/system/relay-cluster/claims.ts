/** Who gets a domain relayed, and what everybody who asks hears. */
import { expect } from 'chai';

import type { RelayWorld } from '../../support/system/relay-world.ts';
import { attempt, outside, type Subject } from './relayed-mail.ts';

export const claims: Subject = (relay) => {
  it('publishes what an accepted domain needs', async () => {
    const { world, node1 } = relay();
    const published = await world.published('by password');
    expect(published).to.include({
      'dns-entries':
        'by-password.example. MX 10 mx1.relay.example.\nby-password.example. MX 10 mx2.relay.example.',
      'outbound-host': node1.outbound.host,
      'outbound-smtp-port': '10587',
      'outbound-has-proxy': false,
    });
    expect(published['tls-fingerprints']).to.have.lengthOf(4);
    const { 'backend-domains': domains, errors } = await world.published('mailrelay');
    expect(String(domains).split('\n')).to.deep.equal([
      ...['also-mail1.example.com', 'also-mail2.example.com', 'by-address.example', 'by-password.example'],
      ...['impostor.example', 'mail1.example.com', 'mail2.example.com', 'paid.example', 'twice.example'],
    ]);
    expect(errors).to.have.lengthOf(1);
    expect((errors as string[])[0]).to.match(/mail1\.example\.com appears in multiple proxies/i);
  });

  it('gives a domain that is claimed twice to one, and tells the other', async () => {
    const { world } = relay();
    const both = [await world.published('first'), await world.published('second')];
    const refusals = both.filter((one) => 'error' in one);
    expect(refusals).to.deep.equal([
      { domain: 'twice.example', error: 'this domain has already been claimed' },
    ]);
    expect(both.filter((one) => 'outbound-host' in one)).to.have.lengthOf(1);
  });

  it('does not relay a domain whose mail goes elsewhere', async () => {
    const { world, node1 } = relay();
    for (const [name, domain] of [
      ['elsewhere', 'elsewhere.example'],
      ['no exchanger', 'no-exchanger.example'],
    ] as const) {
      const { 'verification-entry': proof, ...published } = await world.published(name);
      expect(proof).to.match(/TXT "slapos-mail=/);
      expect(published).to.deep.equal({
        domain,
        'dns-entries': `${domain}. MX 10 mx1.relay.example.\n${domain}. MX 10 mx2.relay.example.`,
        error:
          'Your domain has not yet passed our domain verification:\n' +
          'please set MX records pointing to this mail relay cluster',
      });
      const result = await attempt(node1.inbound, 'out@world.example', `any@${domain}`, { from: outside });
      // It may be accepted at the next processing.
      expect(result).to.match(/^RCPT 454 /);
    }
    for (const name of ['disputed', 'proven']) await expectNobodyHas(world, name);
    const broken = await world.published('broken');
    expect(Object.keys(broken)).to.have.members(['domain', 'error']);
    expect(broken['error']).to.match(/REFUSED broken\.example/);
    expect(Object.keys(await world.published('invalid'))).to.have.members(['domain', 'error']);
  });
};

/** One holds the name, none has it relayed, and both hear how to prove it. */
export async function expectNobodyHas(world: RelayWorld, name: string): Promise<void> {
  const claims = await Promise.all([1, 2].map((number) => world.published(`${name} ${number}`)));
  for (const published of claims) {
    expect(published, name).to.include.keys('verification-entry').and.to.not.have.property('outbound-host');
  }
  const errors = claims.map((published) => String(published['error']).split(':')[0]);
  expect(errors, name).to.have.members([
    'Your domain has not yet passed our domain verification',
    'this domain has already been claimed',
  ]);
}
