/** Every address of a mail server: the requests of this run against the ledger's records. Pure. */
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import { grantAccount } from './accounts.ts';
import type { AddressRules } from '../../ledger/address-graph.ts';
import { type DecidedDefinition, decideDefinitions } from './definitions.ts';
import {
  aliasesOf,
  type Claim,
  type HeldAddresses,
  holdingsOf,
  keyOf,
  remainingAccounts,
  remainingAliases,
} from './held-addresses.ts';
import { decideOwnership } from './ownership.ts';
import { type ResolvedAddress, resolveAddresses } from './resolution.ts';
import { definitionsOf } from './wanted-definitions.ts';

export type { Claim, HeldAddresses } from './held-addresses.ts';

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
  for (const account of held) {
    records.set(keyOf(account), { ...account, forward: definition(account.address).accepted });
  }
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

function wishOf(claim: Claim) {
  const { holder, address } = claim;
  return { holder, address, aliases: claim.kind === 'account' ? claim.aliases : [] };
}

function addressUsed(address: string): string {
  return `address_already_used: ${address} is held by another request; choose another address`;
}
