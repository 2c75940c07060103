import { expect } from 'chai';

import type { PublicationDigest } from '../../../src/ledger/publication-digest.ts';
import { emptyLedger } from '../../../src/ledger/types.ts';
import { nextLedger } from '../../../src/plan/next-ledger.ts';

const account = (token: string | null, uses: string | null = null, place = 'p'): PublicationDigest => ({
  kind: 'account',
  place,
  token,
  uses,
});
const parameters = (hash: string): PublicationDigest => ({ kind: 'parameters', hash });

/** Whether a publication waits for the master, which has the one with the digest `published`. */
function waits(planned: PublicationDigest, published?: PublicationDigest): boolean {
  const before = { ...emptyLedger, published: published === undefined ? {} : { _a: published } };
  const { outbox } = nextLedger(before, [{ target: '_a', parameters: {}, digest: planned }], {
    ports: {},
    secrets: {},
  });
  return '_a' in outbox;
}

describe('a publication', () => {
  it('waits when the master has none or another', () => {
    expect(waits(parameters('1'))).to.equal(true);
    expect(waits(parameters('1'), parameters('2'))).to.equal(true);
    expect(waits(parameters('1'), account('1'))).to.equal(true);
    expect(waits(account('1'), account('2'))).to.equal(true);
    expect(waits(account('1'), account(null))).to.equal(true);
    expect(waits(account('1', 'u'), account('1'))).to.equal(true);
  });

  it('does not wait when the master has it', () => {
    expect(waits(parameters('1'), parameters('1'))).to.equal(false);
    expect(waits(account('1', 'u'), account('1', 'u'))).to.equal(false);
  });

  it('does not wait only because its token was used', () => {
    expect(waits(account(null), account('1'))).to.equal(false);
    expect(waits(account(null, 'u'), account('1', 'u'))).to.equal(false);
    expect(waits(account(null, 'u'), account('1'))).to.equal(true);
    expect(waits(account(null), account('1', null, 'elsewhere'))).to.equal(true);
  });
});
