/** A processing that is killed at any moment, and that nothing is lost or half done by it. */
import { expect } from 'chai';

import { ledgerStore } from '../../src/ledger/store.ts';
import { tokenMatches } from '../../src/ledger/token.ts';
import { ageLock } from '../support/child.ts';
import { convergeKilled } from '../support/system/converge.ts';
import { eventually } from '../support/system/eventually.ts';
import { openSmtp } from '../support/system/smtp.ts';
import { type DisturbedServer, domain, startDisturbedServer } from './robustness/disturbed-server.ts';

const kills = 30;

describe('a mail server whose processing is killed', () => {
  let disturbed: DisturbedServer;

  before(async () => {
    disturbed = await startDisturbedServer();
  });

  after(() => disturbed?.mail.stop());

  it(`loses nothing when a run is killed at any moment (${kills} kills)`, async () => {
    const { mail, server, partition, ledger, aliceLogsIn, oneMoreAccount, expectConverged, expectAgreement } =
      disturbed;
    const names = [await oneMoreAccount()];
    const start = performance.now();
    await expectConverged();
    const duration = performance.now() - start;
    let killed = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const before = (await ledger()).accounts;
      names.push(await oneMoreAccount());
      const megabytes = 20 + kill;
      await mail.request('mail1', {
        'mail-domains': [domain],
        'inbound-relay': { enable: false },
        'email-size-limit': megabytes,
      });
      if (await convergeKilled(mail, partition, ((kill + 0.5) / kills) * duration)) killed += 1;
      await ageLock(ledgerStore(partition));
      const { accounts: after } = await ledger();
      for (const record of before) expect(after).to.deep.include(record);
      expect(await aliceLogsIn()).to.equal(true);
      // Several kills in a row now and then: each finds what the one before left.
      if (kill % 3 !== 2) continue;
      await expectConverged();
      await expectAgreement();
      expect((await ledger()).accounts.filter(({ holder }) => holder.startsWith('shared:'))).to.have.length(
        names.length + 1,
      );
      await eventually('Postfix knows the new size limit', async () => {
        const client = await openSmtp(server.smtp);
        try {
          return (await client.command('EHLO client.example', /^250 /)).includes(
            `SIZE ${megabytes * 2 ** 20}`,
          );
        } finally {
          client.close();
        }
      });
    }
    expect(killed).to.be.above(kills / 2);
    const { accounts: records } = await ledger();
    for (const name of names) {
      const { address, token } = await mail.published(name);
      const record = records.find((one) => one.address === address);
      expect(tokenMatches(String(token), record?.token ?? ''), name).to.equal(true);
    }
  });
});
