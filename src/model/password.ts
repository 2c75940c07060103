/** Passwords as Dovecot reads them: `{BLF-CRYPT}` and a bcrypt hash. */
import bcrypt from 'bcryptjs';

/** Hash of a password of ours, its salt taken from 32 hexadecimal characters. `rounds` is bcrypt's cost (log2). */
export function hashPassword(password: string, salt: string, rounds: number): string {
  const saltText = bcrypt.encodeBase64([...Buffer.from(salt, 'hex')], 16);
  return `{BLF-CRYPT}${bcrypt.hashSync(password, `$2b$${String(rounds).padStart(2, '0')}$${saltText}`)}`;
}
