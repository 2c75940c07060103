/** One spelling for each address, the one that Postfix tells a client's address in, and what an address is good for. Pure. */

/** `address`: an IPv4 or IPv6 address. IPv6: lower case, shortened (RFC 5952); IPv4 in IPv6 (`::ffff:192.0.2.1`) is IPv4. */
export function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address;
  const shortened = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortened) ?? [];
  if (high === undefined || low === undefined) return shortened;
  return [high, low]
    .map((text) => parseInt(text, 16))
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.');
}

export type SpecialAddress = 'loopback' | 'unspecified' | 'link-local' | 'multicast' | 'reserved';

/** Ranges that hold no server that others could reach (RFC 6890), by their canonical spelling. */
const specialRanges: readonly (readonly [SpecialAddress, RegExp])[] = [
  ['loopback', /^(127\.|::1$)/],
  ['unspecified', /^(0\.|::$)/],
  ['link-local', /^(169\.254\.|fe[89ab][0-9a-f]:)/],
  ['multicast', /^(22[4-9]\.|23\d\.|ff[0-9a-f]{2}:)/],
  ['reserved', /^(24\d|25[0-5])\./],
];

/** `address` in its canonical spelling; null for one that a server may have. */
export function specialAddress(address: string): SpecialAddress | null {
  return specialRanges.find(([, range]) => range.test(address))?.[0] ?? null;
}
