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

  /** All at once: each failure waits for two seconds, and for a policy service that is not there. */
  const whoMayLogIn = async (names: readonly string[]) => {
    const results = await Promise.all(names.map((name) => doveadm('auth', 'test', name, 'whatever')));
    return names.filter((_name, index) => results[index]?.exitCode === 0);
  };

  it('take any name', async () => {
    const names = ['anybody@example.com', '..a@b..', 'a.b@x', 'nobody'];
    expect(await whoMayLogIn(names)).to.deep.equal(names);
  });

  it('take none whose mailbox would be outside the folder of mailboxes', async () => {
    const names = ['ledger@..', 'a@.', '..@..', '..@example.com', '.@example.com', '..', '.', '@..'];
    expect(await whoMayLogIn([...names, 'anybody@example.com'])).to.deep.equal(['anybody@example.com']);
  });
});
