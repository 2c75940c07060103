/** Properties of ownership over whole histories of requests. */
import { expect } from 'chai';
import fc from 'fast-check';

import { tokenMatches } from '../../../../../src/ledger/token.ts';
import type { AccountRecord, Holder } from '../../../../../src/ledger/types.ts';
import type { AccountClaim } from '../../../../../src/model/mail-server/claims.ts';
import { decideAddresses } from '../../../../../src/model/mail-server/addresses.ts';
import { accountClaim } from '../../../../support/claims.ts';

interface Run {
  claims: AccountClaim[];
  invalid: Holder[];
}

const references = ['_a', '_b', '_c', '_d', 'builtin:x'];
const addresses = ['one', 'two', 'three'].map((local) => `${local}@example.com`);

/** What each reference asks for in one run, in any order; some are invalid, some are not there. */
const run: fc.Arbitrary<Run> = fc
  .tuple(
    fc.shuffledSubarray(references),
    fc.array(fc.constantFrom(...addresses, null), { minLength: 5, maxLength: 5 }),
    fc.array(fc.constantFrom('first-token', 'second-token', null), { minLength: 5, maxLength: 5 }),
  )
  .map(([present, wanted, tokens]) => ({
    claims: present.flatMap((reference, index): AccountClaim[] => {
      const address = wanted[index] ?? null;
      return address === null
        ? []
        : [accountClaim(`shared:${reference}`, address, { resetToken: tokens[index] ?? null })];
    }),
    invalid: present
      .filter((_reference, index) => (wanted[index] ?? null) === null)
      .map((reference): Holder => `shared:${reference}`),
  }));
const history = fc.array(run, { minLength: 1, maxLength: 6 });

const rules = { domains: new Set(['example.com']), delimiter: '+', forwarding: false };
function decideAccounts(requested: Run, accounts: readonly AccountRecord[], seed: Uint8Array) {
  const decided = decideAddresses(requested, { accounts, aliases: [] }, rules, seed);
  return { records: [...decided.accounts], outcomes: decided.outcomes };
}

const keyOf = ({ address, holder }: { address: string; holder: string }) => `${address} ${holder}`;
const byKey = (records: readonly AccountRecord[]) => new Map(records.map((each) => [keyOf(each), each]));
const seedOf = (index: number) => new Uint8Array(32).fill(index);

/** Runs the history and shows each step; every account has its password set after each run. */
function follow(
  runs: readonly Run[],
  look: (before: AccountRecord[], requested: Run, after: ReturnType<typeof decideAccounts>) => void,
): AccountRecord[] {
  let records: AccountRecord[] = [];
  runs.forEach((requested, index) => {
    const decided = decideAccounts(requested, records, seedOf(index));
    look(records, requested, decided);
    records = decided.records.map((record) =>
      record.state === 'held' && record.token !== null
        ? { ...record, token: null, password: `{X}password-${index}-of-${record.holder}` }
        : record,
    );
  });
  return records;
}

describe('ownership of addresses, whatever is requested', function () {
  this.timeout(20_000);
  it('gives an address to one holder at most, and a shared instance one address at most', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (_before, _requested, { records }) => {
          const held = records.filter(({ state }) => state === 'held');
          expect(new Set(held.map(({ address }) => address)).size).to.equal(held.length);
          expect(new Set(held.map(({ holder }) => holder)).size).to.equal(held.length);
        });
      }),
    );
  });

  it('never loses a record, nor a password but to a new reset token', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (before, { claims }, { records }) => {
          const after = byKey(records);
          for (const old of before) {
            const now = after.get(keyOf(old));
            expect(now).to.include({ mailbox: old.mailbox });
            const token = claims.find((each) => keyOf(each) === keyOf(old))?.resetToken ?? null;
            const isNew = token !== null && (old.resetToken === null || !tokenMatches(token, old.resetToken));
            if (!isNew) expect(now).to.include({ password: old.password });
          }
          expect(after.size).to.equal(records.length);
        });
      }),
    );
  });

  it('never gives two holders one mailbox or one password', () => {
    fc.assert(
      fc.property(history, (runs) => {
        const records = follow(runs, () => undefined);
        expect(new Set(records.map(({ mailbox }) => mailbox)).size).to.equal(records.length);
        for (const { holder, password } of records) {
          if (password !== null) expect(password).to.match(new RegExp(`-of-${holder}$`));
        }
      }),
    );
  });

  it('lets a holder keep what it asks for again', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (before, { claims }, { records }) => {
          const after = byKey(records);
          for (const old of before.filter(({ state }) => state === 'held')) {
            if (claims.some((each) => keyOf(each) === keyOf(old))) {
              expect(after.get(keyOf(old))?.state).to.equal('held');
            }
          }
        });
      }),
    );
  });

  it('lets every request that was not refused hold what it asked for', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (_before, { claims }, { outcomes, records }) => {
          expect(outcomes.map(({ holder }) => holder)).to.deep.equal(claims.map(({ holder }) => holder));
          const after = byKey(records);
          for (const outcome of outcomes) {
            if (outcome.kind !== 'account') continue;
            expect(outcome.record).to.equal(after.get(keyOf(outcome.record)));
            expect(outcome.record.state).to.equal('held');
          }
        });
      }),
    );
  });

  it('does not depend on the order of requests for different addresses', () => {
    fc.assert(
      fc.property(history, run, fc.infiniteStream(fc.nat()), (runs, last, random) => {
        const before = follow(runs, () => undefined);
        const shuffled = { ...last, claims: mixed(last.claims, random) };
        const [left, right] = [last, shuffled].map((each) => decideAccounts(each, before, seedOf(99)));
        expect(byKey(right!.records)).to.deep.equal(byKey(left!.records));
        expect(right!.outcomes).to.have.deep.members(left!.outcomes);
      }),
    );
  });

  it('decides the same again on its own result, but for tokens that are spent', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const once = decideAccounts(
          last,
          follow(runs, () => undefined),
          seedOf(99),
        );
        const twice = decideAccounts(last, once.records, seedOf(100));
        expect(twice.records).to.deep.equal(once.records);
      }),
    );
  });
});

/** Another order in which those who want the same address stay in theirs. */
function mixed(claims: readonly AccountClaim[], random: Iterator<number>): AccountClaim[] {
  const queues = [...groups(claims).values()];
  const result: AccountClaim[] = [];
  while (result.length < claims.length) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[Number(random.next().value) % waiting.length]?.shift();
    if (next) result.push(next);
  }
  return result;
}

function groups(claims: readonly AccountClaim[]): Map<string, AccountClaim[]> {
  const found = new Map<string, AccountClaim[]>();
  for (const each of claims) found.set(each.address, [...(found.get(each.address) ?? []), each]);
  return found;
}
