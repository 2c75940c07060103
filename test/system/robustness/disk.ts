/** A disk that cannot be written, or is full. */
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { convergeOnFullDisk, reasonOf } from '../../support/system/converge.ts';
import { type DisturbedServer, domain, operator } from './disturbed-server.ts';

const isRoot = process.getuid?.() === 0;

export function disk(disturbed: () => DisturbedServer): void {
  describe('the disk', () => {
    for (const folder of ['srv/ledger', 'etc/postfix']) {
      it(`cannot be written at ${folder}: says so, serves on, and the next run does it all`, async () => {
        const { partition, run, ledger, aliceLogsIn, oneMoreAccount, expectConverged, expectAgreement } =
          disturbed();
        const name = await oneMoreAccount();
        const before = await ledger();
        const { mode } = await stat(join(partition, folder));
        await chmod(join(partition, folder), 0o500);
        try {
          const result = await run();
          expect(result.exitCode, result.output).to.equal(operator);
          expect(reasonOf(result)).to.contain(join(partition, folder)).and.to.contain('EACCES');
          expect((await ledger()).accounts).to.deep.equal(before.accounts);
          expect(await aliceLogsIn()).to.equal(true);
        } finally {
          await chmod(join(partition, folder), mode & 0o777);
        }
        await expectConverged();
        expect((await ledger()).accounts.map(({ address }) => address)).to.include(`${name}@${domain}`);
        await expectAgreement();
      });
    }

    // Only root can mount.
    if (isRoot) {
      it('is full: keeps the ledger, says so, and goes on when there is room', async () => {
        const { mail, partition, oneMoreAccount, expectConverged, expectAgreement } = disturbed();
        await oneMoreAccount();
        const { exitCode, output } = await convergeOnFullDisk(mail, partition);
        expect(exitCode, output).to.equal(operator);
        expect(output).to.match(/could not be written: ENOSPC/);
        expect(output).not.to.contain('ledger changed');
        await expectConverged();
        await expectAgreement();
      });
    }
  });
}
