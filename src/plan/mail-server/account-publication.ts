/** What is published to an account's requester, and when it is published again. Pure. */
import { entryOf } from '../../ledger/entry-of.ts';
import type { AccountDigest, PublicationDigest } from '../../ledger/publication-digest.ts';
import type { AccountRecord, Ledger } from '../../ledger/types.ts';
import type { AccountOutcome } from '../../model/mail-server/addresses.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import type { PlannedPublication } from '../planned.ts';
import { hashOf } from '../digest.ts';
import { spellingsIn } from './address-tables.ts';

/** Log-in name of an account → addresses that it may send as, its own first. */
export function senderAddresses(
  model: Pick<MailServer, 'addresses' | 'domainAliases'>,
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const spellings = spellingsIn(model);
  for (const { address, senders } of model.addresses.values()) {
    for (const login of senders) {
      const list = found.get(login) ?? [];
      if (address === login) list.unshift(...spellings(address));
      else list.push(...spellings(address));
      found.set(login, list);
    }
  }
  for (const [login, [own = login, ...others]] of found) found.set(login, [own, ...others.sort()]);
  return found;
}

export interface PublicationContext {
  /** URL of the account's pages. */
  base: string;
  /** Addresses that the account may send as, its own first. */
  addresses: readonly string[];
  /** What is not as it should be although the request is accepted; null if all is well. */
  warning: string | null;
  /** Digests of what the master has, by target. */
  published: Ledger['published'];
}

export function accountPublication(
  target: string,
  outcome: AccountOutcome,
  { base, addresses, warning, published }: PublicationContext,
): PlannedPublication {
  const { record, refusedAliases, refusedForward } = outcome;
  const { address } = record;
  const token = outcome.freshToken ?? '';
  const user = encodeURIComponent(address).replaceAll('%40', '@');
  const query = `user=${user}${token === '' ? '' : `&token=${encodeURIComponent(token)}`}`;
  const isRefused = Object.keys(refusedAliases).length > 0;
  const error = [
    ...Object.entries(refusedAliases).map(([alias, why]) => `alias ${alias} refused: ${why}`),
    ...(refusedForward === null ? [] : [`forward refused: ${refusedForward}`]),
  ].join('; ');
  const digest = accountDigest(record, base, usesOf(outcome, addresses, warning));
  // If a waiting token is known only as a hash, changed addresses are not published until it is used or replaced: a new
  // token would make the link that the requester has useless.
  const isComplete = record.token === null || token !== '';
  return {
    target,
    parameters: {
      address,
      token,
      'setup-url': `${base}password.php?${query}`,
      addresses,
      ...(warning === null ? {} : { warning }),
      ...(isRefused ? { 'refused-aliases': refusedAliases } : {}),
      ...(refusedForward === null ? {} : { 'refused-forward': refusedForward }),
    },
    digest: isComplete ? digest : (entryOf(published, target) ?? digest),
    ...(error === '' ? {} : { error }),
  };
}

/** The token is known by the ledger's hash of it, so that it need not be remembered itself. */
function accountDigest(
  { address, token }: Pick<AccountRecord, 'address' | 'token'>,
  base: string,
  uses: string | null,
): AccountDigest {
  return {
    kind: 'account',
    place: shortHash([address, base]),
    token: token === null ? null : shortHash(token),
    uses,
  };
}

/** Whether what was published has the account's set-up token and web address; the rest may have changed since. */
export function hasSameToken(
  published: PublicationDigest | undefined,
  record: AccountRecord,
  base: string,
): boolean {
  switch (published?.kind) {
    case 'account': {
      const { place, token } = accountDigest(record, base, null);
      return published.place === place && published.token === token;
    }
    case 'parameters':
    case undefined:
      return false;
  }
}

/** Null where the account has its own address alone and nothing was refused. */
function usesOf(
  { refusedAliases, refusedForward, record }: AccountOutcome,
  addresses: readonly string[],
  warning: string | null,
): string | null {
  const isUsual =
    addresses.length === 1 &&
    addresses[0] === record.address &&
    refusedForward === null &&
    warning === null &&
    Object.keys(refusedAliases).length === 0;
  if (isUsual) return null;
  return shortHash([addresses, refusedAliases, refusedForward, ...(warning === null ? [] : [warning])]);
}

function shortHash(value: unknown): string {
  return hashOf(value).slice(0, 32);
}
