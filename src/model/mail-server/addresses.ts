/** Decides on every address of a mail server, from the claims of this run and the ledger. Pure. */
import type { AddressRules } from '../../ledger/address-graph.ts';
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import { grantAccount } from './accounts.ts';
import { type AccountClaim, accountIn, type Claims } from './claims.ts';
import { type DecidedDefinition, decideDefinitions } from './definitions.ts';
import {
  aliasesOf,
  definitionsOf,
  type HeldAddresses,
  holdingsOf,
  keyOf,
  remainingAccounts,
  remainingAliases,
} from './held-addresses.ts';
import { decideOwnership, type Ownership } from './ownership.ts';
import { type ResolvedAddress, resolveAddresses } from './resolution.ts';

export interface AccountOutcome {
  kind: 'account';
  holder: Holder;
  record: AccountRecord;
  /** The set-up token in clear; null if there is none or only its hash is known. */
  freshToken: string | null;
  /** Other addresses that the account did not get → reason. */
  refusedAliases: Readonly<Record<string, string>>;
  refusedForward: string | null;
}

export interface AliasOutcome {
  kind: 'alias';
  holder: Holder;
  record: AliasRecord;
  /** Why the destinations were refused and the earlier ones stay; null if they were accepted. */
  error: string | null;
}

/** The claim was refused as a whole. */
export interface RefusedOutcome {
  kind: 'refused';
  holder: Holder;
  address: string;
  error: string;
}

export type ClaimOutcome = AccountOutcome | AliasOutcome | RefusedOutcome;

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
  const requests = claims.map((claim) => ({
    holder: claim.holder,
    address: claim.address,
    aliases: accountIn(claim)?.aliases ?? [],
  }));
  const ownership = decideOwnership({ requests, invalid }, holdingsOf(before));
  const accepted = new Map(
    claims.flatMap((claim) => (ownership.refused.has(claim.holder) ? [] : [[claim.holder, claim]])),
  );
  const change = { before, ownership, accepted };
  const { records, tokens } = grantAccounts(
    [...accepted.values()]
      .flatMap((claim) => accountIn(claim) ?? [])
      .filter(({ holder, address }) => ownership.holders.get(address) === holder),
    remainingAccounts(change),
    seed,
  );
  const aliases = [
    ...remainingAliases(change),
    ...[...accepted.values()].flatMap(aliasesOf(ownership, before)),
  ];

  const held = [...records.values()].filter(({ state }) => state === 'held');
  const decided = decideDefinitions(definitionsOf({ accounts: held, aliases, claims, accepted }), rules);
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
    if (!accepted.has(holder)) return [{ kind: 'refused', holder, address, error: addressUsed(address) }];
    const { error } = definition(address);
    switch (claim.kind) {
      case 'alias': {
        const record = byAddress.get(address);
        return record === undefined ? [] : [{ kind: 'alias', holder, record, error }];
      }
      case 'account': {
        const record = records.get(keyOf(claim));
        if (record === undefined) return [];
        const refusedAliases = refusedAliasesOf(claim, ownership, definition);
        const freshToken = tokens.get(holder) ?? null;
        return [{ kind: 'account', holder, record, freshToken, refusedAliases, refusedForward: error }];
      }
    }
  });
  const effective = new Map([...decided].map(([address, each]) => [address, each.effective]));
  const resolved = resolveAddresses(
    { accounts: accounts.filter(({ state }) => state === 'held'), aliases: remembered, effective },
    rules,
  );
  return { accounts, aliases: remembered, outcomes, resolved };
}

/** The records with those of the claimed accounts, and by holder the tokens that are known in clear. */
function grantAccounts(
  claims: readonly AccountClaim[],
  existing: ReadonlyMap<string, AccountRecord>,
  seed: Uint8Array,
): { records: Map<string, AccountRecord>; tokens: ReadonlyMap<Holder, string | null> } {
  const records = new Map(existing);
  const tokens = new Map<Holder, string | null>();
  for (const claim of claims) {
    const { record, freshToken } = grantAccount(claim, records.get(keyOf(claim)), seed);
    records.set(keyOf(record), record);
    tokens.set(claim.holder, freshToken);
  }
  return { records, tokens };
}

function refusedAliasesOf(
  { holder, aliases }: AccountClaim,
  { holders }: Ownership,
  definition: (address: string) => DecidedDefinition,
): Record<string, string> {
  return Object.fromEntries(
    aliases.flatMap((alias) => {
      const reason = holders.get(alias) === holder ? definition(alias).error : addressUsed(alias);
      return reason === null ? [] : [[alias, reason]];
    }),
  );
}

function addressUsed(address: string): string {
  return `address_already_used: ${address} is held by another request; choose another address`;
}
