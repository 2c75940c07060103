/**
 * The bytes that mail programs send for one password: most send UTF-8 as it was typed, composed (NFC) or decomposed (NFD), and
 * old ones the characters of Windows. Each gets a hash of its own, as Dovecot compares bytes. These are made by scrypt,
 * because the library for bcrypt takes no bytes that are not UTF-8.
 */
import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

import type { PasswordSpelling } from '../../formats/password-spellings.ts';
import { cryptText, scryptCost } from './scrypt-text.ts';

/** `password`: composed (NFC). None for most passwords: plain letters are the same in all forms. */
export async function hashSpellings(password: string): Promise<PasswordSpelling[]> {
  const composed = Buffer.from(password);
  const forms: [PasswordSpelling['form'], Buffer | null][] = [
    ['nfd', Buffer.from(password.normalize('NFD'))],
    ['windows', inWindows1252(password)],
  ];
  return Promise.all(
    forms.flatMap(([form, bytes]) =>
      bytes === null || bytes.equals(composed) ? [] : [hashOf(bytes).then((hash) => ({ form, hash }))],
    ),
  );
}

async function hashOf(bytes: Buffer): Promise<string> {
  // crypt(3) takes letters and digits.
  const salt = randomBytes(16).toString('hex');
  const { logN, r, p } = scryptCost;
  const compute = promisify<Buffer, string, number, object, Buffer>(scrypt);
  const key = await compute(bytes, salt, 32, { N: 2 ** logN, r, p, maxmem: 64 * 1024 * 1024 });
  return `{CRYPT}${cryptText(salt, key)}`;
}

/** Bytes 0x80 to 0x9f of windows-1252 (encoding.spec.whatwg.org); all others are the numbers of their characters in Unicode. */
const beyondLatin1 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Null where it has a character that there is no byte for. */
function inWindows1252(password: string): Buffer | null {
  const bytes = [...password].map((character) => {
    const place = beyondLatin1.indexOf(character);
    return place === -1 ? (character.codePointAt(0) ?? 0) : 0x80 + place;
  });
  return bytes.some((byte) => byte > 0xff) ? null : Buffer.from(bytes);
}
