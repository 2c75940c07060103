/** What becomes of the addresses that were held before, and of those that claims get. Pure. */
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import type { AccountClaim } from './accounts.ts';
import { isSame } from './definitions.ts';
import type { Holding, Ownership } from './ownership.ts';

export interface AliasClaim {
  kind: 'alias';
  holder: Holder;
  address: string;
  destinations: readonly string[];
}

export type Claim = AccountClaim | AliasClaim;

/** What is remembered from one run to the next. */
export interface HeldAddresses {
  /** Every account there ever was, with its state. */
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
}

export interface Remains {
  before: HeldAddresses;
  ownership: Ownership;
  /** Holder → claim that was not refused. */
  accepted: ReadonlyMap<Holder, Claim>;
}

/** Records of before: still held by those who keep them, released otherwise. */
export function remainingAccounts({ before, ownership, accepted }: Remains): Map<string, AccountRecord> {
  return new Map(
    before.accounts.map((record) => {
      const claim = accepted.get(record.holder);
      const isStill =
        ownership.holders.get(record.address) === record.holder &&
        (claim === undefined || (claim.kind === 'account' && claim.address === record.address));
      return [
        keyOf(record),
        record.state === 'released' || isStill
          ? record
          : { ...record, state: 'released' as const, forward: [] },
      ];
    }),
  );
}

/** `wanted`: null where there is no valid request. */
export type HeldAlias = AliasRecord & { wanted: readonly string[] | null };

export function remainingAliases({ before, ownership, accepted }: Remains): HeldAlias[] {
  return before.aliases
    .filter(({ address, holder }) => ownership.holders.get(address) === holder && !accepted.has(holder))
    .map((alias) => ({ ...alias, wanted: null }));
}

/** The aliases that a claim gets, with the destinations of before. */
export function aliasesOf({ holders }: Ownership, before: HeldAddresses): (claim: Claim) => HeldAlias[] {
  const known = new Map(before.aliases.map((alias) => [keyOf(alias), alias.destinations]));
  return (claim) => {
    const { holder } = claim;
    const own = claim.kind === 'alias' ? [claim.address] : claim.aliases;
    const wanted = claim.kind === 'alias' ? claim.destinations : [claim.address];
    return own.flatMap((address) => {
      if (holders.get(address) !== holder) return [];
      const destinations = known.get(keyOf({ address, holder })) ?? [];
      // An address of an account never goes back to another account that the same holder had.
      const keeps = claim.kind === 'alias' || isSame(destinations, wanted);
      return [{ address, holder, destinations: keeps ? destinations : [], wanted }];
    });
  };
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
