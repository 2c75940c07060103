/**
 * Postfix's lookup tables of addresses: recipients, refusals, and who may send as what. Each address of an alias domain has
 * an entry of its own, because an entry `@alias @domain` would accept every name. Pure.
 */
import { type LookupTable, serialiseAddresses } from '../../formats/postfix-table.ts';
import { withoutTag } from '../../names/tag.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import type { ResolvedAddress } from '../../model/mail-server/resolution.ts';

export interface AddressTables {
  /** Addresses that have a mailbox. */
  mailboxes: LookupTable;
  /** Every address (`@domain` for a catch-all) → mailboxes and other servers' addresses, fully expanded. */
  recipients: LookupTable;
  /** Addresses that refuse mail while the client is connected; and exceptions, which are these names with a tag. */
  'refused-recipients': LookupTable;
  /** The same as transports, for mail that arises on the server itself, such as forwarded mail. */
  'refused-deliveries': LookupTable;
  /** Envelope sender → log-in names that may use it. */
  'sender-logins': LookupTable;
  /** Log-in name that may not send → refusal. */
  'refused-senders': LookupTable;
}

/** A name that nobody can log in with: nobody may send as an alias that no account receives mail for. */
const noLogin = 'nobody';
const closed = '5.2.1 this address does not accept mail';
const waiting = '4.2.1 the domain of the account behind this address is not hosted here; try again later';

type AddressModel = Pick<MailServer, 'accounts' | 'addresses' | 'domainAliases' | 'recipientDelimiter'>;

export function addressTables(model: AddressModel): AddressTables {
  const { accounts, addresses, recipientDelimiter } = model;
  const spellings = spellingsIn(model);
  const all = [...addresses.values()].flatMap((resolved) =>
    spellings(resolved.address).map((spelling) => ({ ...resolved, spelling })),
  );
  const named = all.filter(isNamed);
  const refused = named.filter(isClosed);
  const refusedNames = new Set(refused.map(({ spelling }) => spelling));
  // Postfix also looks names up without their tag; a name with a tag that somebody holds needs an entry of its own.
  const exceptions = named.filter(({ spelling, ...each }) => {
    const plain = withoutTag(spelling, recipientDelimiter);
    return plain !== null && refusedNames.has(plain) && !isClosed(each);
  });
  return {
    mailboxes: new Map(
      accounts.filter(({ address }) => addresses.has(address)).map(({ address }) => [address, address]),
    ),
    recipients: new Map(
      all
        .filter((each) => isNamed(each) || !isClosed(each))
        .map((each) => [each.spelling, isClosed(each) ? each.spelling : serialiseAddresses(each.deliverTo)]),
    ),
    'refused-recipients': new Map([
      ...refused.map(({ spelling, isWaiting }): [string, string] => [
        spelling,
        isWaiting ? `450 ${waiting}` : `550 ${closed}`,
      ]),
      ...exceptions.map(({ spelling }): [string, string] => [spelling, 'DUNNO']),
    ]),
    'refused-deliveries': new Map([
      ...refused.map(({ spelling, isWaiting }): [string, string] => [
        spelling,
        isWaiting ? `retry:${waiting}` : `error:${closed}`,
      ]),
      ...exceptions.map(({ spelling }): [string, string] => [spelling, ':']),
    ]),
    'sender-logins': new Map(
      named.map(({ spelling, senders }) => [spelling, serialiseAddresses(senders) || noLogin]),
    ),
    'refused-senders': new Map(
      accounts
        .filter(({ settings }) => settings.mode === 'receive-only')
        .map(({ address }) => [address, 'REJECT 5.7.1 this account receives mail only and may not send']),
    ),
  };
}

/** Whether it is one address, not all those of a domain that nobody holds. */
function isNamed({ kind }: Pick<ResolvedAddress, 'kind'>): boolean {
  switch (kind) {
    case 'account':
    case 'alias':
      return true;
    case 'catch-all':
      return false;
  }
}

function isClosed({ deliverTo }: Pick<ResolvedAddress, 'deliverTo'>): boolean {
  return deliverTo.length === 0;
}

/** Returns a function from an address to the same in its own domain and in its alias domains. */
export function spellingsIn({
  domainAliases,
}: Pick<MailServer, 'domainAliases'>): (address: string) => string[] {
  const standIns = new Map<string, string[]>();
  for (const [alias, target] of domainAliases) standIns.set(target, [...(standIns.get(target) ?? []), alias]);
  return (address) => {
    const at = address.lastIndexOf('@');
    const others = standIns.get(address.slice(at + 1)) ?? [];
    return [address, ...others.map((domain) => `${address.slice(0, at)}@${domain}`)];
  };
}
