/** Where held addresses are asked to lead, and where they led before: aliases, and accounts that forward. Pure. */
import type { AccountRecord, Holder } from '../../ledger/types.ts';
import type { Definition } from './definitions.ts';
import type { Claim, HeldAlias } from './held-addresses.ts';

/** In the order of the requests; those without a valid one first, they change nothing. */
export function definitionsOf(
  accounts: readonly AccountRecord[],
  aliases: readonly HeldAlias[],
  claims: readonly Claim[],
  accepted: ReadonlyMap<Holder, Claim>,
): Definition[] {
  const place = new Map(claims.map(({ holder }, index) => [holder, index]));
  const forwards = accounts.map(({ address, holder, forward }) => {
    const claim = accepted.get(holder);
    const wanted = claim?.kind === 'account' ? claim.forward : null;
    return { holder, address, isMailbox: true, wanted, before: forward };
  });
  const others = aliases.map(({ holder, address, wanted, destinations }) => ({
    holder,
    address,
    isMailbox: false,
    wanted,
    before: destinations,
  }));
  return [...others, ...forwards]
    .sort((left, right) => (place.get(left.holder) ?? -1) - (place.get(right.holder) ?? -1))
    .map(({ address, isMailbox, wanted, before }) => ({ address, isMailbox, wanted, before }));
}
