/** Password hashes as Dovecot reads them: a scheme in braces, then the hash. Pure. */
import { createHash } from 'node:crypto';

import bcrypt from 'bcryptjs';

/** Hashes with bcrypt. `salt`: 32 hexadecimal characters. `rounds`: bcrypt's cost (log2). */
export function hashPassword(password: string, salt: string, rounds: number): string {
  const saltText = bcrypt.encodeBase64([...Buffer.from(salt, 'hex')], 16);
  return `{BLF-CRYPT}${bcrypt.hashSync(password, `$2b$${String(rounds).padStart(2, '0')}$${saltText}`)}`;
}

/**
 * Hashes a long random password. Nobody can guess it, so a fast hash is as safe as a slow one, and thousands of them cost
 * next to nothing. `salt`: 32 hexadecimal characters.
 */
export function hashRandomPassword(password: string, salt: string): string {
  const saltBytes = Buffer.from(salt, 'hex');
  const digest = createHash('sha512').update(password).update(saltBytes).digest();
  return `{SSHA512}${Buffer.concat([digest, saltBytes]).toString('base64')}`;
}
