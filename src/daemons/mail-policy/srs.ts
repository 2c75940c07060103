/**
 * Sender rewriting (SRS, "guarded" scheme of M. S. Wong, as libsrs2 and postsrsd have it): a foreign sender is
 * replaced by an address of a hosted domain, which may send from here (SPF). A bounce to that address is sent back to the
 * sender that it stands for. The hash keeps others from making such addresses. What would make an address that some servers
 * refuse, because it is long or has unusual characters, is kept here, and the address has a token instead. Pure.
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

/** What stands for a sender in an address; `day` is the two digits of its day. */
export interface SenderToken {
  day: string;
  token: string;
}

export interface Forwarded {
  address: string;
  /** Under which the sender must be kept before the address is used; null where the address says it. */
  keep: SenderToken | null;
}

export type Reversed =
  | { kind: 'sender'; address: string }
  /** The sender was kept under this token. */
  | ({ kind: 'kept' } & SenderToken)
  /** Looks like an SRS address of this server and is none; `reason` is told to whoever writes to it. */
  | { kind: 'refused'; reason: string }
  | { kind: 'other' };

/** SRS' usual time. Servers try for about five days (RFC 5321, 4.5.4.1), so every bounce comes well before. */
const validDays = 21;
/** 40 bits, where SRS' usual 4 digits can be tried out. */
const hashLength = 8;
/** 80 bits: no two senders of a day have the same. */
const tokenLength = 16;
/** Digits that everybody takes, in any letter case. Days are counted modulo 1024, in two of them. */
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const day = 86_400_000;
/** RFC 5321, 4.5.3.1. */
const maxLocalLength = 64;
const maxAddressLength = 254;
/** Stands in the place of the sender's domain, and is none: it has no dot. */
const keptHere = 'kept';

/** What stands in an address as it is; mail servers differ about `%`, `/`, quotes and other rare characters. */
const usualLocal = /^[A-Za-z0-9_+=-]+(\.[A-Za-z0-9_+=-]+)*$/;
const usualDomain = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/;

const srs0 = /^SRS0([=+-].*)$/i;
const srs1 = /^SRS1[=+-]([^=]+)=([^=]+)=([=+-].*)$/i;

/** The sender to use instead, or null when `sender` stays as it is. `now`: milliseconds. */
export function forwardSender(sender: string, srs: Srs, now: number): Forwarded | null {
  const parts = splitAddress(sender);
  if (parts === null || srs.isHosted(parts.domain)) return null;
  const local = rewritten(parts.local, parts.domain, srs, now);
  const isUsual = usualDomain.test(parts.domain) && usualLocal.test(local) && local.length <= maxLocalLength;
  const { secret, domain } = srs;
  const plain = `${local}@${domain}`;
  if (isUsual && plain.length <= maxAddressLength) return { address: plain, keep: null };
  const keep = { day: dayOf(now), token: digits(secret, tokenLength, keptHere, sender) };
  const hash = hashOf(secret, keep.day, keptHere, keep.token);
  const address = `SRS0=${hash}=${keep.day}=${keptHere}=${keep.token}@${domain}`;
  return address.length > maxAddressLength ? null : { address, keep };
}

/** Another forwarder's address is not wrapped a second time: a bounce goes from us to the first forwarder. */
function rewritten(local: string, domain: string, { secret }: Srs, now: number): string {
  const wrapped = srs0.exec(local)?.[1];
  if (wrapped !== undefined) return `SRS1=${hashOf(secret, domain, wrapped)}=${domain}=${wrapped}`;
  const [, , first, opaque] = srs1.exec(local) ?? [];
  if (first !== undefined && opaque !== undefined)
    return `SRS1=${hashOf(secret, first, opaque)}=${first}=${opaque}`;
  const today = dayOf(now);
  return `SRS0=${hashOf(secret, today, domain, local)}=${today}=${domain}=${local}`;
}

/** Whom a bounce to `recipient` is for. */
export function reverseRecipient(recipient: string, srs: Srs, now: number): Reversed {
  const parts = splitAddress(recipient);
  if (parts === null || !/^SRS[01]=/i.test(parts.local) || !srs.isHosted(parts.domain))
    return { kind: 'other' };
  const [, hash0, made, domain, local] = /^SRS0=([^=]+)=([^=]+)=([^=]+)=(.+)$/i.exec(parts.local) ?? [];
  if (hash0 && made && domain && local) {
    if (!isHash(hash0, srs.secret, made, domain, local)) return forged;
    if (!isRecent(made, now)) return expired;
    return domain.toLowerCase() === keptHere
      ? { kind: 'kept', day: made.toUpperCase(), token: local.toUpperCase() }
      : { kind: 'sender', address: joinAddress({ local, domain }) };
  }
  const [, hash1, first, opaque] = srs1.exec(parts.local) ?? [];
  if (!hash1 || !first || !opaque || !isHash(hash1, srs.secret, first, opaque)) return forged;
  // How old the address is, the first forwarder checks: its own address holds the day.
  return { kind: 'sender', address: joinAddress({ local: `SRS0${opaque}`, domain: first }) };
}

const forged: Reversed = { kind: 'refused', reason: 'no such address for bounces was made here' };
export const expired = { kind: 'refused', reason: 'this address for bounces has expired' } as const;

/** Mail servers on the way may change the letter case of everything. */
function macOf(secret: string, texts: readonly string[], algorithm: string): Buffer {
  const mac = createHmac(algorithm, secret);
  for (const text of texts) mac.update(text.toLowerCase());
  return mac.digest();
}

function hashOf(secret: string, ...texts: readonly string[]): string {
  return base32Of(macOf(secret, texts, 'sha1'), hashLength);
}

/** Of the exact letters: senders that differ in letter case are two. */
function digits(secret: string, length: number, ...texts: readonly string[]): string {
  const mac = createHmac('sha256', secret);
  for (const text of texts) mac.update(`${text}\n`);
  return base32Of(mac.digest(), length);
}

/** Five bits of each byte. */
function base32Of(bytes: Buffer, length: number): string {
  return [...bytes.subarray(0, length)].map((byte) => base32.charAt(byte & 31)).join('');
}

/** Digits of base64, as postsrsd has them, are taken as well. */
function isHash(given: string, secret: string, ...texts: readonly string[]): boolean {
  const base64 = macOf(secret, texts, 'sha1').toString('base64').slice(0, hashLength);
  return isSame(given, hashOf(secret, ...texts)) || isSame(given, base64);
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => Buffer.from(text.toLowerCase()));
  return left !== undefined && right?.length === left.length && timingSafeEqual(left, right);
}

function dayOf(now: number): string {
  const days = Math.floor(now / day) % 1024;
  return `${base32.charAt(days >> 5)}${base32.charAt(days & 31)}`;
}

/** Whether addresses of that day are valid. A day that is to come is one of nearly three years ago. */
export function isRecent(made: string, now: number): boolean {
  const [high = -1, low = -1, ...more] = [...made.toUpperCase()].map((digit) => base32.indexOf(digit));
  if (high < 0 || low < 0 || more.length > 0) return false;
  const age = (Math.floor(now / day) - (high * 32 + low)) % 1024;
  return (age + 1024) % 1024 <= validDays;
}
