/** The tables of every address, as Postfix and Dovecot answer from them, against the model. */
import { expect } from 'chai';

import { resolvedOf, spelledIn } from '../support/address-oracle.ts';
import { type Doveadm, startDovecot } from '../support/written-dovecot.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

describe('the addresses of the scenario addresses', () => {
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('addresses');
    doveadm = await startDovecot(partition);
  });
  after(async () => {
    await doveadm('stop');
    await partition.remove();
  });

  const query = async (table: string, key: string) => {
    const folder = partition.at('etc/postfix');
    const { stdout } = await partition.run('postmap', '-c', folder, '-q', key, `cdb:${folder}/${table}`);
    return stdout;
  };

  it('lead where the model says, may be sent as by whom it says, and agree with each other', async () => {
    const { addresses, aliasDomains } = await resolvedOf('addresses');
    expect(addresses.size).to.be.greaterThan(15);
    for (const resolved of addresses.values()) {
      for (const spelling of spelledIn(resolved.address, aliasDomains)) {
        const isClosed = resolved.deliverTo.length === 0;
        const ends = isClosed ? spelling : resolved.deliverTo.join(', ');
        expect(await query('recipients', spelling), spelling).to.equal(ends);
        const refusal = await query('refused-recipients', spelling);
        expect(refusal.startsWith('550'), spelling).to.equal(isClosed);
        if (resolved.kind === 'catch-all') {
          expect(await query('sender-logins', spelling), spelling).to.equal('');
        } else {
          const logins = resolved.senders.join(', ') || 'nobody';
          expect(await query('sender-logins', spelling), spelling).to.equal(logins);
        }
      }
    }
  });

  it('end in mailboxes that Dovecot has, and in no other of this server', async () => {
    const { addresses, domains } = await resolvedOf('addresses');
    const ends = new Set([...addresses.values()].flatMap(({ deliverTo }) => deliverTo));
    for (const end of ends) {
      const isHere = domains.has(end.slice(end.lastIndexOf('@') + 1));
      const { exitCode } = await doveadm('user', end);
      expect(exitCode === 0, end).to.equal(isHere);
      expect(await query('mailboxes', end), end).to.equal(isHere ? end : '');
    }
  });

  it('have the quota of their own where they ask for one', async () => {
    const user = async (address: string) => (await doveadm('user', '-f', 'quota_rule', address)).stdout;
    expect(await user('bob@mail1.example.com')).to.equal('*:storage=512M');
    expect(await user('alice@mail1.example.com')).to.equal('');
  });
});
