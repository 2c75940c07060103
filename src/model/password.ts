/** Passwords as Dovecot reads them: a scheme in braces, and a hash. */
import { createHash } from 'node:crypto';

import bcrypt from 'bcryptjs';

/** Hash of a password of ours, its salt taken from 32 hexadecimal characters. `rounds` is bcrypt's cost (log2). */
export function hashPassword(password: string, salt: string, rounds: number): string {
  const saltText = bcrypt.encodeBase64([...Buffer.from(salt, 'hex')], 16);
  return `{BLF-CRYPT}${bcrypt.hashSync(password, `$2b$${String(rounds).padStart(2, '0')}$${saltText}`)}`;
}

/**
 * Hash of a password of ours that is random and long: nobody finds it by trying, so a cheap hash is as good as a dear
 * one, and a thousand of them cost nothing. The salt is 32 hexadecimal characters.
 */
export function hashRandomPassword(password: string, salt: string): string {
  const saltBytes = Buffer.from(salt, 'hex');
  const digest = createHash('sha512').update(password).update(saltBytes).digest();
  return `{SSHA512}${Buffer.concat([digest, saltBytes]).toString('base64')}`;
}
