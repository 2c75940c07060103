/** What happens to the addresses in the ledger, and which aliases claims get. Pure. */
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import { type Claim, accountIn, claimedAliases } from './claims.ts';
import { type Definition, isSame } from './definitions.ts';
import type { Holding, Ownership } from './ownership.ts';

/** What is remembered from one run to the next. */
export interface HeldAddresses {
  /** Every account there ever was, with its state. */
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
}

export interface OwnershipChange {
  before: HeldAddresses;
  ownership: Ownership;
  /** Holder → claim that was not refused. */
  accepted: ReadonlyMap<Holder, Claim>;
}

/** The ledger's accounts; those that lost their address, or whose claim is for another, are released. */
export function remainingAccounts({
  before,
  ownership,
  accepted,
}: OwnershipChange): Map<string, AccountRecord> {
  return new Map(
    before.accounts.map((record) => {
      const claim = accepted.get(record.holder);
      const isStillHeld =
        ownership.holders.get(record.address) === record.holder &&
        (claim === undefined || accountIn(claim)?.address === record.address);
      return [
        keyOf(record),
        record.state === 'released' || isStillHeld
          ? record
          : { ...record, state: 'released' as const, forward: [] },
      ];
    }),
  );
}

/** An alias with the destinations in the ledger, and those that its request asks for; null without a valid request. */
export type HeldAlias = AliasRecord & { wanted: readonly string[] | null };

/** Aliases of holders without a valid claim, who keep them. */
export function remainingAliases({ before, ownership, accepted }: OwnershipChange): HeldAlias[] {
  return before.aliases
    .filter(({ address, holder }) => ownership.holders.get(address) === holder && !accepted.has(holder))
    .map((alias) => ({ ...alias, wanted: null }));
}

/** A function from a claim to the aliases that it gets. */
export function aliasesOf({ holders }: Ownership, before: HeldAddresses): (claim: Claim) => HeldAlias[] {
  const known = new Map(before.aliases.map((alias) => [keyOf(alias), alias.destinations]));
  return (claim) => {
    const { holder } = claim;
    return claimedAliases(claim).flatMap(({ address, destinations: wanted, keepsEarlier }) => {
      if (holders.get(address) !== holder) return [];
      const earlier = known.get(keyOf({ address, holder })) ?? [];
      const destinations = keepsEarlier || isSame(earlier, wanted) ? earlier : [];
      return [{ address, holder, destinations, wanted }];
    });
  };
}

export interface HeldNow {
  accounts: readonly AccountRecord[];
  aliases: readonly HeldAlias[];
  claims: readonly Claim[];
  /** Holder → claim that was not refused. */
  accepted: ReadonlyMap<Holder, Claim>;
}

/** In the order of the claims; those of holders without one come first, as they change nothing. */
export function definitionsOf({ accounts, aliases, claims, accepted }: HeldNow): Definition[] {
  const position = new Map(claims.map(({ holder }, index) => [holder, index]));
  const forwards = accounts.map(({ address, holder, forward }) => {
    const claim = accepted.get(holder);
    const wanted = claim === undefined ? null : (accountIn(claim)?.forward ?? null);
    return { holder, definition: { address, isMailbox: true, isOther: false, wanted, before: forward } };
  });
  const owners = new Set(accounts.map(({ holder }) => holder));
  const others = aliases.map(({ holder, address, wanted, destinations }) => ({
    holder,
    definition: { address, isMailbox: false, isOther: owners.has(holder), wanted, before: destinations },
  }));
  return [...others, ...forwards]
    .sort((left, right) => (position.get(left.holder) ?? -1) - (position.get(right.holder) ?? -1))
    .map(({ definition }) => definition);
}

export function holdingsOf({ accounts, aliases }: HeldAddresses): Holding[] {
  const held = accounts.filter(({ state }) => state === 'held');
  const owners = new Set(held.map(({ holder }) => holder));
  return [
    ...held.map(({ address, holder }) => ({ address, holder, isOther: false })),
    ...aliases.map(({ address, holder }) => ({ address, holder, isOther: owners.has(holder) })),
  ];
}

export function keyOf({ address, holder }: { address: string; holder: Holder }): string {
  return `${address} ${holder}`;
}
