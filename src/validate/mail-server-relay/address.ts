/** One spelling for each address, the one that Postfix tells a client's address in. */
import { isIPv6, SocketAddress } from 'node:net';

/** `address`: an IPv4 or IPv6 address. IPv6: lower case, shortened (RFC 5952). */
export function canonicalAddress(address: string): string {
  return isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
