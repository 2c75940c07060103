/** Every address of a mail server: the requests of this run against the ledger's records. Pure. */
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import { type AccountClaim, grantAccount } from './accounts.ts';
import type { AddressRules } from './address-graph.ts';
import { type DecidedDefinition, decideDefinitions, type Definition, isSame } from './definitions.ts';
import { decideOwnership, type Holding, type Ownership } from './ownership.ts';
import { type ResolvedAddress, resolveAddresses } from './resolution.ts';

export interface AliasClaim {
  kind: 'alias';
  holder: Holder;
  address: string;
  destinations: readonly string[];
}

export type Claim = AccountClaim | AliasClaim;

export interface Claims {
  /** In the master's order; accounts of our own last. */
  claims: readonly Claim[];
  /** Holders whose request is there but invalid: they keep what they hold. */
  invalid: readonly Holder[];
}

export interface AccountOutcome {
  holder: Holder;
  kind: 'account';
  accepted: true;
  record: AccountRecord;
  /** In clear, when it is known. */
  freshToken: string | null;
  /** Other addresses that the account did not get → why. */
  refusedAliases: Readonly<Record<string, string>>;
  refusedForward: string | null;
}

export interface AliasOutcome {
  holder: Holder;
  kind: 'alias';
  accepted: true;
  record: AliasRecord;
  /** Why the destinations were refused; those of before stay. */
  error: string | null;
}

export type ClaimOutcome =
  AccountOutcome | AliasOutcome | { holder: Holder; accepted: false; address: string; error: string };

/** What is remembered from one run to the next. */
export interface HeldAddresses {
  /** Every account there ever was, with its state. */
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
}

export interface DecidedAddresses extends HeldAddresses {
  outcomes: ClaimOutcome[];
  resolved: ReadonlyMap<string, ResolvedAddress>;
}

export function decideAddresses(
  { claims, invalid }: Claims,
  before: HeldAddresses,
  rules: AddressRules,
  seed: Uint8Array,
): DecidedAddresses {
  const ownership = decideOwnership({ wishes: claims.map(wishOf), invalid }, holdingsOf(before));
  const accepted = new Map(
    claims.flatMap((claim) => (ownership.refused.has(claim.holder) ? [] : [[claim.holder, claim]])),
  );
  const remains = { before, ownership, accepted };
  const records = remainingAccounts(remains);
  const tokens = new Map<Holder, string | null>();
  for (const claim of accepted.values()) {
    if (claim.kind !== 'account' || ownership.holders.get(claim.address) !== claim.holder) continue;
    const { record, freshToken } = grantAccount(claim, records.get(keyOf(claim)), seed);
    records.set(keyOf(record), record);
    tokens.set(claim.holder, freshToken);
  }
  const aliases = [
    ...remainingAliases(remains),
    ...[...accepted.values()].flatMap(aliasesOf(ownership, before)),
  ];

  const held = [...records.values()].filter(({ state }) => state === 'held');
  const decided = decideDefinitions(definitionsOf(held, aliases, claims, accepted), rules);
  const definition = (address: string): DecidedDefinition =>
    decided.get(address) ?? { accepted: [], effective: [], error: null };
  for (const account of held) records.set(keyOf(account), withForward(account, definition(account.address)));
  const remembered = aliases.map(({ address, holder }): AliasRecord => ({
    address,
    holder,
    destinations: definition(address).accepted,
  }));

  const accounts = [...records.values()];
  const byAddress = new Map(remembered.map((alias) => [alias.address, alias]));
  const outcomes = claims.flatMap((claim): ClaimOutcome[] => {
    const { holder, address } = claim;
    if (!accepted.has(holder)) return [{ holder, accepted: false, address, error: addressUsed(address) }];
    const { error } = definition(address);
    if (claim.kind === 'alias') {
      const record = byAddress.get(address);
      return record === undefined ? [] : [{ holder, kind: 'alias', accepted: true, record, error }];
    }
    const record = records.get(keyOf(claim));
    if (record === undefined) return [];
    const refusedAliases = Object.fromEntries(
      claim.aliases.flatMap((alias) => {
        const why = ownership.holders.get(alias) === holder ? definition(alias).error : addressUsed(alias);
        return why === null ? [] : [[alias, why]];
      }),
    );
    const freshToken = tokens.get(holder) ?? null;
    const outcome = { kind: 'account', accepted: true, refusedAliases, refusedForward: error } as const;
    return [{ holder, ...outcome, record, freshToken }];
  });
  const effective = new Map([...decided].map(([address, each]) => [address, each.effective]));
  const resolved = resolveAddresses(
    { accounts: accounts.filter(({ state }) => state === 'held'), aliases: remembered, effective },
    rules,
  );
  return { accounts, aliases: remembered, outcomes, resolved };
}

interface Remains {
  before: HeldAddresses;
  ownership: Ownership;
  /** Holder → claim that was not refused. */
  accepted: ReadonlyMap<Holder, Claim>;
}

/** Records of before: still held by those who keep them, released otherwise. */
function remainingAccounts({ before, ownership, accepted }: Remains): Map<string, AccountRecord> {
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
          : { ...record, state: 'released' as const, forward: null },
      ];
    }),
  );
}

/** `wanted`: null where there is no valid request. */
type HeldAlias = AliasRecord & { wanted: readonly string[] | null };

function remainingAliases({ before, ownership, accepted }: Remains): HeldAlias[] {
  return before.aliases
    .filter(({ address, holder }) => ownership.holders.get(address) === holder && !accepted.has(holder))
    .map((alias) => ({ ...alias, wanted: null }));
}

/** The aliases that a claim gets, with the destinations of before. */
function aliasesOf({ holders }: Ownership, before: HeldAddresses): (claim: Claim) => HeldAlias[] {
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

/** In the order of the requests; those without a valid one first, they change nothing. */
function definitionsOf(
  accounts: readonly AccountRecord[],
  aliases: readonly HeldAlias[],
  claims: readonly Claim[],
  accepted: ReadonlyMap<Holder, Claim>,
): Definition[] {
  const place = new Map(claims.map(({ holder }, index) => [holder, index]));
  const forwards = accounts.map(({ address, holder, forward }) => {
    const claim = accepted.get(holder);
    const wanted = claim?.kind === 'account' ? forwardText(address, claim.forward) : null;
    return { holder, address, isMailbox: true, wanted, before: forwardText(address, forward) };
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

/** An account that keeps a copy leads to itself as well. */
function forwardText(address: string, forward: AccountRecord['forward']): string[] {
  if (forward === null) return [];
  return [...(forward.keepCopy ? [address] : []), ...forward.destinations];
}

function withForward(account: AccountRecord, { accepted }: DecidedDefinition): AccountRecord {
  if (accepted.length === 0) return account.forward === null ? account : { ...account, forward: null };
  if (isSame(accepted, forwardText(account.address, account.forward))) return account;
  const destinations = accepted.filter((each) => each !== account.address);
  return { ...account, forward: { destinations, keepCopy: destinations.length < accepted.length } };
}

function wishOf(claim: Claim) {
  const { holder, address } = claim;
  return { holder, address, aliases: claim.kind === 'account' ? claim.aliases : [] };
}

function holdingsOf({ accounts, aliases }: HeldAddresses): Holding[] {
  const held = accounts.filter(({ state }) => state === 'held');
  const owners = new Set(held.map(({ holder }) => holder));
  return [
    ...held.map(({ address, holder }) => ({ address, holder, isOther: false })),
    ...aliases.map(({ address, holder }) => ({ address, holder, isOther: owners.has(holder) })),
  ];
}

function addressUsed(address: string): string {
  return `address_already_used: ${address} is held by another request; choose another address`;
}

function keyOf({ address, holder }: { address: string; holder: Holder }): string {
  return `${address} ${holder}`;
}
