import { expect } from 'chai';

import { lockedOut } from '../../../src/ledger/locked-out.ts';
import { type AccountRecord, emptyLedger, usualSettings } from '../../../src/ledger/types.ts';
import { accountOf } from '../../support/ledgers.ts';

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
