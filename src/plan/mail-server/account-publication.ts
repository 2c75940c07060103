/** What an account's requester gets, and when it is worth telling again. Pure. */
import type { AccountOutcome } from '../../model/mail-server/addresses.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { PlannedPublication } from '../planned.ts';
import { digestOf } from '../digest.ts';
import { spellingsIn } from './address-tables.ts';

/** Login → addresses that it may send as, its own first. */
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

export type Published = Readonly<Record<string, string>>;

/** `published`: digests of what the master has. */
export function accountPublication(
  target: string,
  outcome: AccountOutcome,
  { base, addresses, published }: { base: string; addresses: readonly string[]; published: Published },
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
  const digest = accountDigest(record, base, usesOf(outcome, addresses));
  // A token that is waiting and that nobody knows in clear any more is not worth a new one only because the addresses
  // changed: they are published when it has been used, or when another is made.
  const canTell = record.token === null || token !== '';
  return {
    target,
    parameters: {
      address,
      token,
      'setup-url': `${base}password.php?${query}`,
      addresses,
      ...(isRefused ? { 'refused-aliases': refusedAliases } : {}),
      ...(refusedForward === null ? {} : { 'refused-forward': refusedForward }),
    },
    digest: canTell ? digest : (published[target] ?? digest),
    ...(error === '' ? {} : { error }),
  };
}

/**
 * What a requester of an account has: the place, the token it may use (`-`: none is waiting), and, where it is more
 * than the account's own address, what it may use it for. Parts are separated by dots. The hash of the token stands
 * for it, so that the token itself need not be remembered.
 */
export function accountDigest(
  record: { address: string; token: string | null },
  base: string,
  uses = '',
): string {
  const place = digestOf([record.address, base]).slice(0, 32);
  const token = record.token === null ? '-' : digestOf(record.token).slice(0, 32);
  return [place, token, ...(uses === '' ? [] : [uses])].join('.');
}

/** Whether the master has the place and the token; the addresses may be others. */
export function hasSameToken(published: string | undefined, record: AccountOutcome['record'], base: string) {
  return published?.split('.').slice(0, 2).join('.') === accountDigest(record, base);
}

function usesOf({ refusedAliases, refusedForward, record }: AccountOutcome, addresses: readonly string[]) {
  const isUsual =
    addresses.length === 1 &&
    addresses[0] === record.address &&
    refusedForward === null &&
    Object.keys(refusedAliases).length === 0;
  return isUsual ? '' : digestOf([addresses, refusedAliases, refusedForward]).slice(0, 32);
}
