/**
 * What comes back to rewritten senders (SRS): delivery reports, and not too many of them. Whoever has such an address could
 * otherwise write through it to the one whom it stands for, as nobody and without limits.
 */
import { isReport } from './author-policy.ts';
import type { MilterMessage } from '../kit/milter-server.ts';

/** Within an hour to one address: more than the mail of one sender and one day that nobody took. */
const maxPerHour = 100;
const hour = 3_600_000;
/** Addresses that are remembered; one that was written to longest ago is forgotten first. */
const maxAddresses = 10_000;

/** Local part of a rewritten sender. */
const rewritten = /^"?srs[01][=+-]/i;

/** Whether the message came without log-in and sender, to a rewritten sender among others. */
export const isForRewritten = ({ login, sender, recipients }: MilterMessage): boolean =>
  login === '' && sender === '' && recipients.some((recipient) => rewritten.test(recipient));

/** Null when it may come in, else an SMTP reply. */
export function judgeBounce({ headers }: Pick<MilterMessage, 'headers'>): string | null {
  const types = headers.filter(({ name }) => name === 'content-type');
  return types.length === 1 && isReport(types)
    ? null
    : '550 5.7.1 this address takes delivery reports only (RFC 3464)';
}

/** Counts one more message to the address; false when it is one too many. `clock`: milliseconds. */
export function bounceCounts(clock: () => number = Date.now): (address: string) => boolean {
  const counts = new Map<string, { since: number; count: number }>();
  return (address) => {
    const key = address.toLowerCase();
    const now = clock();
    const known = counts.get(key);
    const current = known !== undefined && now - known.since < hour ? known : { since: now, count: 0 };
    counts.delete(key);
    counts.set(key, current);
    if (counts.size > maxAddresses) counts.delete(counts.keys().next().value ?? key);
    if (current.count >= maxPerHour) return false;
    current.count += 1;
    return true;
  };
}
