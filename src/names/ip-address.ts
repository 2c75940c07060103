/** IP addresses in one spelling, the one in which Postfix names its clients, and which of them no server can have. Pure. */

/** `address`, IPv4 or IPv6: IPv6 in lower case and shortened (RFC 5952), IPv4 in IPv6 (`::ffff:192.0.2.1`) as IPv4. */
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

/** Ranges whose addresses other machines cannot reach a server at (RFC 6890), in canonical spelling. */
const specialRanges: readonly (readonly [SpecialAddress, RegExp])[] = [
  ['loopback', /^(127\.|::1$)/],
  ['unspecified', /^(0\.|::$)/],
  ['link-local', /^(169\.254\.|fe[89ab][0-9a-f]:)/],
  ['multicast', /^(22[4-9]\.|23\d\.|ff[0-9a-f]{2}:)/],
  ['reserved', /^(24\d|25[0-5])\./],
];

/** What is special about `address`, in canonical spelling; null when a server may have it. */
export function specialAddress(address: string): SpecialAddress | null {
  return specialRanges.find(([, range]) => range.test(address))?.[0] ?? null;
}
