import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { type AccountRecord, emptyLedger, usualSettings } from '../../../src/ledger/types.ts';
import { endSessions, lockedOut, noteEnded } from '../../../src/host/end-sessions.ts';
import { accountOf } from '../../support/ledgers.ts';
import { standInDoveadm } from '../../support/stand-in-doveadm.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const alice = accountOf('_alice', 'alice@example.com', { password: '{X}1' });
const bob = accountOf('_bob', 'bob@example.com', { password: '{X}2' });
const after = (...accounts: AccountRecord[]) =>
  lockedOut({ ...emptyLedger, accounts: [alice, bob] }, { ...emptyLedger, accounts });

describe('an account whose sessions end', () => {
  it('is one that is suspended, released, reset or lost to another holder', () => {
    for (const suspended of ['keep-mail', 'refuse-mail'] as const) {
      const settings = { ...usualSettings, suspended };
      expect(after({ ...alice, settings }, bob)).to.deep.equal([alice.address]);
    }
    expect(after({ ...alice, state: 'released' }, bob)).to.deep.equal([alice.address]);
    expect(after({ ...alice, password: null, token: 'sha256$x' }, bob)).to.deep.equal([alice.address]);
    const other = accountOf('_other', alice.address, { password: '{X}3' });
    expect(after({ ...alice, state: 'released' }, other, bob)).to.deep.equal([alice.address]);
  });

  it('is not one that goes on as it was, has another password, or could not log in before', () => {
    expect(after(alice, bob)).to.deep.equal([]);
    expect(after({ ...alice, password: '{X}new' }, bob)).to.deep.equal([]);
    const settings = { ...usualSettings, mode: 'receive-only' as const };
    expect(after({ ...alice, settings }, bob)).to.deep.equal([]);
    const before = { ...emptyLedger, accounts: [{ ...alice, password: null }] };
    expect(lockedOut(before, emptyLedger)).to.deep.equal([]);
  });
});

describe('sessions that are to end', () => {
  const folder = temporaryFolder();
  const notes = () => readdir(join(folder(), 'var/run/ended')).catch(() => []);
  const running: (() => void)[] = [];
  afterEach(() => running.splice(0).forEach((end) => end()));

  async function withDoveadm(options: { isRunning?: boolean; exitCode?: number } = {}) {
    const doveadm = await standInDoveadm(folder(), alice.address, options);
    running.push(doveadm.end);
    return doveadm;
  }

  it('are those that there are', async () => {
    const { asked } = await withDoveadm();
    await noteEnded(folder(), [alice.address, bob.address]);
    expect(await endSessions(folder())).to.deep.equal([`sessions of ${alice.address} ended`]);
    expect(await asked()).to.equal(`who -1 ${alice.address}\nkick ${alice.address}\nwho -1 ${bob.address}\n`);
    expect(await endSessions(folder())).to.deep.equal([]);
    expect(await notes()).to.deep.equal([]);
  });

  it('are those of one address where no other is meant', async () => {
    const { asked } = await withDoveadm();
    await noteEnded(folder(), [alice.address, bob.address]);
    expect(await endSessions(folder(), alice.address)).to.deep.equal([`sessions of ${alice.address} ended`]);
    expect(await asked()).to.not.contain(bob.address);
    expect(await notes()).to.deep.equal([bob.address]);
  });

  it('are left to the next run when Dovecot cannot be told', async () => {
    await withDoveadm({ exitCode: 1 });
    await noteEnded(folder(), [alice.address]);
    const [said] = await endSessions(folder());
    expect(said).to.match(/^sessions of alice@example\.com could not be ended: /);
    expect(await notes()).to.deep.equal([alice.address]);
  });

  it('are none where Dovecot does not run', async () => {
    const { asked } = await withDoveadm({ isRunning: false });
    await noteEnded(folder(), [alice.address]);
    expect(await endSessions(folder())).to.deep.equal([]);
    expect(await notes()).to.deep.equal([]);
    expect(await asked()).to.equal('');
  });
});
