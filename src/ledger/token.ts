/** Hashes of set-up tokens: `sha256$<salt>$<hash>`, hexadecimal. Requesters may choose weak tokens, hence the salt. */
import { hash, timingSafeEqual } from 'node:crypto';

/** `salt`: hexadecimal, at least 16 characters, from a random source. */
export function hashToken(token: string, salt: string): string {
  return `sha256$${salt}$${digest(token, salt).toString('hex')}`;
}

/** Whether `token` is the one that was hashed, compared in constant time. */
export function tokenMatches(token: string, hashed: string): boolean {
  const [scheme, salt = '', expected = ''] = hashed.split('$');
  const wanted = Buffer.from(expected, 'hex');
  const actual = digest(token, salt);
  return scheme === 'sha256' && wanted.length === actual.length && timingSafeEqual(wanted, actual);
}

function digest(token: string, salt: string): Buffer {
  return hash('sha256', `${salt}$${token}`, 'buffer');
}
