/**
 * Sender rewriting (SRS, "guarded" scheme of M. S. Wong, as libsrs2 and postsrsd have it): a foreign sender is
 * replaced by an address of a hosted domain, which may send from here (SPF). A bounce to that address is sent back to the
 * sender that it stands for. The hash keeps others from making such addresses. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

import { joinAddress, splitAddress } from '../kit/quoted-address.ts';

export interface Srs {
  secret: string;
  /** Of the addresses that are made: a hosted one. */
  domain: string;
  /** Whether a domain (any letter case) is of this server: its senders are not rewritten, its SRS addresses are reversed. */
  isHosted: (domain: string) => boolean;
}

export type Reversed =
  | { kind: 'sender'; address: string }
  /** Looks like an SRS address of this server and is none; `reason` is told to whoever writes to it. */
  | { kind: 'refused'; reason: string }
  | { kind: 'other' };

/** SRS' usual time. Servers try for about five days (RFC 5321, 4.5.4.1), so every bounce comes well before. */
const validDays = 21;
/** Base64 digits in any letter case, 5 bits each at least: 40 bits, where SRS' usual 4 digits can be tried out. */
const hashLength = 8;
/** Days are counted modulo 1024, in two digits. */
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const day = 86_400_000;
/** RFC 5321, 4.5.3.1.3, without the angle brackets. */
const maxAddressLength = 254;

const srs0 = /^SRS0([=+-].*)$/i;
const srs1 = /^SRS1[=+-]([^=]+)=([^=]+)=([=+-].*)$/i;

/** The sender to use instead, or null when `sender` stays as it is. `now`: milliseconds. */
export function forwardSender(sender: string, srs: Srs, now: number): string | null {
  const parts = splitAddress(sender);
  if (parts === null || srs.isHosted(parts.domain)) return null;
  const address = joinAddress({ local: rewritten(parts.local, parts.domain, srs, now), domain: srs.domain });
  return address.length > maxAddressLength ? null : address;
}

/** Another forwarder's address is not wrapped a second time: a bounce goes from us to the first forwarder. */
function rewritten(local: string, domain: string, { secret }: Srs, now: number): string {
  const wrapped = srs0.exec(local)?.[1];
  if (wrapped !== undefined) return `SRS1=${hashOf(secret, domain, wrapped)}=${domain}=${wrapped}`;
  const [, , first, opaque] = srs1.exec(local) ?? [];
  if (first !== undefined && opaque !== undefined)
    return `SRS1=${hashOf(secret, first, opaque)}=${first}=${opaque}`;
  const stamp = stampOf(now);
  return `SRS0=${hashOf(secret, stamp, domain, local)}=${stamp}=${domain}=${local}`;
}

/** Whom a bounce to `recipient` is for. */
export function reverseRecipient(recipient: string, srs: Srs, now: number): Reversed {
  const parts = splitAddress(recipient);
  if (parts === null || !/^SRS[01]=/i.test(parts.local) || !srs.isHosted(parts.domain))
    return { kind: 'other' };
  const [, hash0, stamp, domain, local] = /^SRS0=([^=]+)=([^=]+)=([^=]+)=(.+)$/i.exec(parts.local) ?? [];
  if (hash0 && stamp && domain && local) {
    if (!isHash(hash0, hashOf(srs.secret, stamp, domain, local))) return forged;
    if (!isRecent(stamp, now)) return { kind: 'refused', reason: 'this address for bounces has expired' };
    return { kind: 'sender', address: joinAddress({ local, domain }) };
  }
  const [, hash1, first, opaque] = srs1.exec(parts.local) ?? [];
  if (!hash1 || !first || !opaque || !isHash(hash1, hashOf(srs.secret, first, opaque))) return forged;
  // How old the address is, the first forwarder checks: its own address holds the day.
  return { kind: 'sender', address: joinAddress({ local: `SRS0${opaque}`, domain: first }) };
}

const forged: Reversed = { kind: 'refused', reason: 'no such address for bounces was made here' };

/** Mail servers on the way may change the letter case of everything. */
function hashOf(secret: string, ...texts: readonly string[]): string {
  const mac = createHmac('sha1', secret);
  for (const text of texts) mac.update(text.toLowerCase());
  return mac.digest('base64').slice(0, hashLength);
}

function isHash(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => Buffer.from(text.toLowerCase()));
  return left !== undefined && right?.length === left.length && timingSafeEqual(left, right);
}

function stampOf(now: number): string {
  const days = Math.floor(now / day) % 1024;
  return `${base32.charAt(days >> 5)}${base32.charAt(days & 31)}`;
}

/** A day that is to come is one of nearly three years ago. */
function isRecent(stamp: string, now: number): boolean {
  const [high = -1, low = -1, ...more] = [...stamp.toUpperCase()].map((digit) => base32.indexOf(digit));
  if (high < 0 || low < 0 || more.length > 0) return false;
  const age = (Math.floor(now / day) - (high * 32 + low)) % 1024;
  return (age + 1024) % 1024 <= validDays;
}
