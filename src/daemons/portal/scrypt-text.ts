/** A hash by scrypt (RFC 7914) as crypt(3) of libxcrypt reads it: `$7$`, the costs, the salt, the key (crypt(5)). Pure. */

/** 16 MiB and about 50 ms for each guess. */
export const scryptCost = { logN: 14, r: 8, p: 1 } as const;

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `salt`: text, as scrypt got it; without `$`. */
export function cryptText(salt: string, key: Uint8Array): string {
  const { logN, r, p } = scryptCost;
  return `$7$${digits.charAt(logN)}${number(r, 5)}${number(p, 5)}${salt}$${bytes(key)}`;
}

/** Six bits in each digit, the lowest first. */
function number(value: number, length: number): string {
  return Array.from({ length }, (_, index) => digits.charAt((value >>> (6 * index)) & 0x3f)).join('');
}

function bytes(key: Uint8Array): string {
  let text = '';
  for (let index = 0; index < key.length; index += 3) {
    const group = key.subarray(index, index + 3);
    const value = group.reduce((sum, byte, place) => sum | (byte << (8 * place)), 0);
    text += number(value, Math.ceil((group.length * 8) / 6));
  }
  return text;
}
