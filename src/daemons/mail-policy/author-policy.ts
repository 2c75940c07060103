/** Whose name a message bears that somebody submits: what its headers say has to be the account's, as its envelope sender has. Pure. */
import { type LookupTable, parseAddresses } from '../../formats/postfix-table.ts';
import { withoutTag } from '../../names/tag.ts';
import type { MilterHeader, MilterMessage } from '../kit/milter-server.ts';
import { authorAddresses } from './author-addresses.ts';

export interface AuthorPolicy {
  /** Postfix' table: address → log-in names that may send as it. */
  senderLogins: LookupTable;
  /** What separates a name from a tag; empty: nothing does. */
  delimiter: string;
  /** Whether every name is an account that may send as itself. */
  anyName: boolean;
  /** Accounts whose headers may name anybody. */
  exempt: ReadonlySet<string>;
}

/** The headers that are looked at. */
export const authorHeaders: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'content-type',
  'auto-submitted',
]);

/** Null when the message may be sent, else an SMTP reply. */
export function judgeAuthor(
  { login, sender, headers }: Omit<MilterMessage, 'recipients'>,
  policy: AuthorPolicy,
): string | null {
  const account = login.toLowerCase();
  const valuesOf = (name: string) => headers.filter((header) => header.name === name);
  const [authors, senders] = [valuesOf('from'), valuesOf('sender')];
  if (sender === '') {
    if (!isAutomatic(valuesOf('content-type'), valuesOf('auto-submitted')))
      return refusal('only receipts, reports and automatic replies may be sent without a sender');
    if (authors.length === 0)
      return refusal('a message without a sender needs a From header with your address');
  } else if (policy.exempt.has(account)) {
    return null;
  }
  return problemOf('From', authors, account, policy) ?? problemOf('Sender', senders, account, policy);
}

/** Messages that must have no sender, so that nothing answers them (RFC 5321, 4.5.5; RFC 3834). */
function isAutomatic(types: readonly MilterHeader[], submitted: readonly MilterHeader[]): boolean {
  return isReport(types) || submitted.some(({ value }) => /^\s*auto-replied\b/i.test(value));
}

/** RFC 6522. */
export function isReport(types: readonly MilterHeader[]): boolean {
  return types.some(({ value }) => /^\s*multipart\/report\s*(;|$)/i.test(value));
}

/** A header that is absent names nobody: Postfix adds From, with the envelope sender. */
function problemOf(
  name: string,
  headers: readonly MilterHeader[],
  account: string,
  policy: AuthorPolicy,
): string | null {
  const [header, ...more] = headers;
  if (header === undefined) return null;
  if (more.length > 0) return refusal(`a message has one ${name} header, this one has ${headers.length}`);
  const addresses = authorAddresses(header.value);
  if (addresses === null || addresses.length === 0)
    return refusal(`the ${name} header is not clear; write it as Name <${account}>`);
  const foreign = addresses.find((address) => !mayUse(address, account, policy));
  if (foreign === undefined) return null;
  return refusal(
    `${account} may not send with ${shownAddress(foreign)} in the ${name} header; use one of its own addresses`,
  );
}

export function mayUse(
  address: string,
  account: string,
  { senderLogins, delimiter, anyName }: AuthorPolicy,
): boolean {
  if (anyName) return address === account;
  const plain = withoutTag(address, delimiter);
  const logins = senderLogins.get(address) ?? (plain === null ? undefined : senderLogins.get(plain));
  return logins !== undefined && parseAddresses(logins).includes(account);
}

function refusal(reason: string): string {
  return `550 5.7.1 ${reason}`;
}

const longestShown = 80;

/** Whatever somebody wrote, in one line of a reply. */
function shownAddress(address: string): string {
  const plain = address.replace(/[^A-Za-z0-9@.!#$&'*+/=?^_`{|}~-]/g, '?');
  return plain.length > longestShown ? `${plain.slice(0, longestShown)}...` : plain;
}
