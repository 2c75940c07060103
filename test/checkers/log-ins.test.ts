/** Who may log in where any password is good, as Dovecot says. */
import { expect } from 'chai';

import { type Doveadm, startDovecot } from '../support/written-dovecot.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

describe('log-ins of the scenario open-radio-station', () => {
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('open-radio-station');
    doveadm = await startDovecot(partition);
  });
  after(async () => {
    await doveadm('stop');
    await partition.remove();
  });

  const mayLogIn = async (name: string) => (await doveadm('auth', 'test', name, 'whatever')).exitCode === 0;

  it('take any name', async () => {
    for (const name of ['anybody@example.com', '..a@b..', 'a.b@x', 'nobody'])
      expect(await mayLogIn(name), name).to.equal(true);
  });

  it('take none whose mailbox would be outside the folder of mailboxes', async () => {
    for (const name of ['ledger@..', 'a@.', '..@..', '..@example.com', '.@example.com', '..', '.', '@..'])
      expect(await mayLogIn(name), name).to.equal(false);
  });
});
