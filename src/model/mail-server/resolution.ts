/** The final recipients of each address, and which accounts may send as it. Pure. */
import type { AccountRecord, AliasRecord, Holder } from '../../ledger/types.ts';
import { type AddressRules, heldAddress, isForeign } from '../../ledger/address-graph.ts';

export interface ResolvedAddress {
  address: string;
  kind: 'account' | 'alias' | 'catch-all';
  /** Mailboxes and other servers' addresses, sorted, without duplicates. If empty, mail is refused. */
  deliverTo: readonly string[];
  /** Whether its mail is put off, not refused: it belongs to an account whose domain is not hosted (yet). */
  isWaiting: boolean;
  /** Addresses of accounts that may send as it, sorted. Empty for a catch-all. */
  senders: readonly string[];
  /** Destinations in this server's domains that nobody holds. */
  missing: readonly string[];
}

export interface Resolvable {
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
  /** Held address → its present destinations. */
  effective: ReadonlyMap<string, readonly string[]>;
}

/** By address, without those in domains that are no longer hosted. */
export function resolveAddresses(
  { accounts, aliases, effective }: Resolvable,
  rules: AddressRules,
): ReadonlyMap<string, ResolvedAddress> {
  const here = <Each extends { address: string }>(all: readonly Each[]) =>
    all.filter(({ address }) => !isForeign(address, rules));
  const mailboxes = new Map(here(accounts).map((account) => [account.address, account]));
  const others = new Map(here(aliases).map((alias) => [alias.address, alias]));
  const owners = new Map<Holder, string>(accounts.map(({ holder, address }) => [holder, address]));
  const held = { has: (address: string) => mailboxes.has(address) || others.has(address) };
  const leadsTo = (address: string) => effective.get(address) ?? [];
  const delivered = new Map<string, readonly string[]>();
  const reached = new Map<string, readonly string[]>();

  const deliverTo = (address: string): readonly string[] => {
    const known = delivered.get(address);
    if (known !== undefined) return known;
    const account = mailboxes.get(address);
    const ends = account === undefined || forwards(account) ? through(address) : mailboxOf(account);
    delivered.set(address, ends);
    return ends;
  };
  const isWaiting = (address: string): boolean => {
    const owner = owners.get(others.get(address)?.holder ?? 'builtin:none');
    return owner !== undefined && !mailboxes.has(owner);
  };
  const through = (address: string): readonly string[] => {
    // Whoever has the domain elsewhere must not get the mail of the account's other addresses.
    if (isWaiting(address)) return [];
    return joined(
      leadsTo(address).map((each) => {
        if (each === address) return [each];
        const found = heldAddress(each, held, rules.delimiter);
        if (found !== null) return deliverTo(found);
        return isForeign(each, rules) && rules.forwarding ? [each] : [];
      }),
    );
  };
  /** Whether the account forwards to a place that is allowed now; if not, mail goes to its mailbox. */
  const forwards = ({ address, settings }: AccountRecord): boolean =>
    settings.mode !== 'send-only' &&
    settings.suspended === 'no' &&
    leadsTo(address).some((each) => each !== address && (rules.forwarding || !isForeign(each, rules)));

  /** Accounts that an address reaches through aliases only: who gets forwarded mail may not send as the forwarder. */
  const accountsAt = (address: string): readonly string[] => {
    const known = reached.get(address);
    if (known !== undefined) return known;
    const found = mailboxes.has(address)
      ? [address]
      : joined(
          leadsTo(address).map((each) => {
            const next = heldAddress(each, held, rules.delimiter);
            return next === null ? [] : accountsAt(next);
          }),
        );
    reached.set(address, found);
    return found;
  };
  const sendersOf = ({ address, holder }: AliasRecord): readonly string[] => {
    if (address.startsWith('@')) return [];
    const owner = owners.get(holder);
    if (owner !== undefined) return [owner];
    return accountsAt(address).filter((each) => mailboxes.get(each)?.settings.mode !== 'send-only');
  };

  return new Map([
    ...[...mailboxes.keys()].map((address): [string, ResolvedAddress] => [
      address,
      {
        address,
        kind: 'account',
        deliverTo: deliverTo(address),
        isWaiting: false,
        senders: [address],
        missing: [],
      },
    ]),
    ...[...others.values()].map((alias): [string, ResolvedAddress] => [
      alias.address,
      {
        address: alias.address,
        kind: alias.address.startsWith('@') ? 'catch-all' : 'alias',
        deliverTo: deliverTo(alias.address),
        isWaiting: isWaiting(alias.address),
        senders: sendersOf(alias),
        missing: alias.destinations.filter(
          (each) => !isForeign(each, rules) && heldAddress(each, held, rules.delimiter) === null,
        ),
      },
    ]),
  ]);
}

function mailboxOf({ address, settings }: AccountRecord): readonly string[] {
  return settings.mode === 'send-only' || settings.suspended === 'refuse-mail' ? [] : [address];
}

/** All in one list, sorted, without duplicates; other servers' addresses that differ only in letter case count as one. */
function joined(lists: readonly (readonly string[])[]): readonly string[] {
  const [only, ...others] = lists.filter((each) => each.length > 0);
  if (only === undefined) return [];
  if (others.length === 0) return only;
  const found = new Map<string, string>();
  for (const each of lists.flat().sort()) {
    if (!found.has(each.toLowerCase())) found.set(each.toLowerCase(), each);
  }
  return [...found.values()];
}
