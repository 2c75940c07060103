/** Properties of addresses over generations of the ledger: each is written as text and read again, as between two runs. */
import { expect } from 'chai';
import fc from 'fast-check';

import { parseLedger, serialiseLedger } from '../../../../../src/ledger/text.ts';
import {
  type AccountRecord,
  emptyLedger,
  type Holder,
  type Ledger,
  usualSettings,
} from '../../../../../src/ledger/types.ts';
import { type DecidedAddresses, decideAddresses } from '../../../../../src/model/mail-server/addresses.ts';
import type { Claim, Claims } from '../../../../../src/model/mail-server/claims.ts';
import { accountClaim } from '../../../../support/claims.ts';

const domains = ['example.com', 'example.net'];
const addresses = domains.flatMap((domain) => ['a', 'b', 'b+x', 'c'].map((local) => `${local}@${domain}`));
// What master and requesters choose: blanks, a line's end, what every object has, what looks like ours.
const references = ['_a', '_a one', '-', '__proto__', 'é\nx', 'builtin:a'];
const rules = { domains: new Set(domains), delimiter: '+', forwarding: true };
const seedOf = (generation: number) => new Uint8Array(32).fill(generation);

const somewhere = fc.uniqueArray(fc.constantFrom(...addresses, "O'b@foreign.example"), {
  minLength: 1,
  maxLength: 3,
});
const wish = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('account' as const), others: somewhere }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('alias' as const), others: somewhere }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('invalid' as const), others: somewhere }) },
);
/** One run: some references ask for an address, some ask wrongly, some are not there. */
const run: fc.Arbitrary<Claims> = fc
  .tuple(
    fc.shuffledSubarray(references),
    fc.array(
      fc.record({
        wish,
        address: fc.constantFrom(...addresses, '@example.com'),
        aliases: fc.uniqueArray(fc.constantFrom(...addresses), { maxLength: 2 }),
        forwards: fc.boolean(),
        keepCopy: fc.boolean(),
        isSuspended: fc.boolean(),
        resetToken: fc.constantFrom(null, null, 'reset-token-1', 'reset-token-2'),
      }),
      { minLength: references.length, maxLength: references.length },
    ),
  )
  .map(([present, wishes]) => {
    const asked = present.flatMap((reference, index) => {
      const each = wishes[index];
      const holder: Holder = `shared:${reference}`;
      return each === undefined ? [] : [{ holder, ...each }];
    });
    return {
      invalid: asked.filter(({ wish: { kind } }) => kind === 'invalid').map(({ holder }) => holder),
      claims: asked.flatMap((each): Claim[] => {
        const { holder, address } = each;
        const destinations = each.wish.others.filter((other) => other !== address);
        if (each.wish.kind === 'invalid') return [];
        if (each.wish.kind === 'alias')
          return [{ kind: 'alias', holder, address, destinations: each.wish.others }];
        if (address.startsWith('@')) return [];
        return [
          accountClaim(holder, address, {
            resetToken: each.resetToken,
            settings: { ...usualSettings, suspended: each.isSuspended ? 'keep-mail' : 'no' },
            aliases: each.aliases.filter((alias) => alias !== address),
            forward:
              each.forwards && destinations.length > 0
                ? [...(each.keepCopy ? [address] : []), ...destinations]
                : [],
          }),
        ];
      }),
    };
  });
const history = fc.array(run, { minLength: 2, maxLength: 6 });

const rewritten = (decided: Pick<Ledger, 'accounts' | 'aliases'>): Ledger => {
  const { accounts, aliases } = decided;
  return parseLedger(serialiseLedger({ ...emptyLedger, accounts, aliases }, '/p/srv/mail'), '/p/srv/ledger');
};
/** As if every account that waits for a password had got one since. */
const withPasswords = (ledger: Ledger, generation: number): Ledger => ({
  ...ledger,
  accounts: ledger.accounts.map((record) =>
    record.state === 'held' && record.token !== null
      ? { ...record, token: null, password: `{X}${generation}-of-${encodeURIComponent(record.holder)}` }
      : record,
  ),
});

/** Runs the history, each run on the ledger that the one before wrote. */
function follow(
  runs: readonly Claims[],
  look: (before: Ledger, requested: Claims, decided: DecidedAddresses, generation: number) => void,
): void {
  let before: Ledger = emptyLedger;
  runs.forEach((requested, generation) => {
    const decided = decideAddresses(requested, before, rules, seedOf(generation));
    look(before, requested, decided, generation);
    before = rewritten(withPasswords(rewritten(decided), generation));
  });
}

const keyOf = ({ address, holder }: { address: string; holder: Holder }) => `${address} ${holder}`;
const heldIn = ({ accounts, aliases }: Pick<Ledger, 'accounts' | 'aliases'>) => [
  ...accounts.filter(({ state }) => state === 'held'),
  ...aliases,
];

describe('addresses, over generations of the ledger', function () {
  this.timeout(60_000);

  it('come back as they were written, whatever was asked for', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (_before, _requested, decided) => {
          const back = rewritten(decided);
          expect(back.accounts).to.have.deep.members([...decided.accounts]);
          expect(back.aliases).to.have.deep.members([...decided.aliases]);
        });
      }),
    );
  });

  it('have one holder, and stay with the one that had them while its request asks for them or is invalid', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (before, { claims, invalid }, decided) => {
          const after = heldIn(decided);
          expect(new Set(after.map(({ address }) => address)).size).to.equal(after.length);
          const holders = new Map(after.map(({ address, holder }) => [address, holder]));
          for (const { address, holder } of heldIn(before)) {
            const claim = claims.find((each) => each.holder === holder);
            const isAsked = invalid.includes(holder) || claim?.address === address;
            if (isAsked) expect(holders.get(address), address).to.equal(holder);
          }
        });
      }),
    );
  });

  it('never lose a record, its mailbox, or a password but to a new reset token', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (before, { claims }, decided) => {
          const after = new Map(decided.accounts.map((record) => [keyOf(record), record]));
          expect(after.size).to.equal(decided.accounts.length);
          for (const old of before.accounts) {
            const now: AccountRecord | undefined = after.get(keyOf(old));
            expect(now).to.include({ mailbox: old.mailbox });
            const claim = claims.find((each) => keyOf(each) === keyOf(old));
            const resets = claim?.kind === 'account' && claim.resetToken !== null;
            if (!resets) expect(now).to.include({ password: old.password });
          }
        });
      }),
    );
  });

  it('lead to the same places when the same is asked for of what was written', () => {
    fc.assert(
      fc.property(history, (runs) => {
        follow(runs, (_before, requested, decided, generation) => {
          const again = decideAddresses(requested, rewritten(decided), rules, seedOf(generation + 1));
          expect(again.resolved).to.deep.equal(decided.resolved);
          expect(serialiseLedger({ ...emptyLedger, ...again }, '/m')).to.deep.equal(
            serialiseLedger({ ...emptyLedger, ...decided }, '/m'),
          );
        });
      }),
    );
  });
});
