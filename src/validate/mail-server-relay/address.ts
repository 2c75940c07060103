/** One spelling for each address, the one that Postfix tells a client's address in. Pure. */

/** `address`: an IPv4 or IPv6 address. IPv6: lower case, shortened (RFC 5952). */
export function canonicalAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}
