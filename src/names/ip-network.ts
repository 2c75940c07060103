/** Networks of IP addresses in one spelling. Pure. */
import { canonicalAddress } from './ip-address.ts';

export interface IpNetwork {
  /** In its canonical spelling. */
  address: string;
  /** Bits that all addresses of the network have in common. */
  prefix: number;
}

const byte = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${byte}(\\.${byte}){3}$`);

/** `text`: `192.0.2.1` or `2001:db8::/32`. Null when it is neither an address nor a network. */
export function parseNetwork(text: string): IpNetwork | null {
  const [, written = '', length] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (!ipv4.test(written) && !(written.includes(':') && URL.canParse(`http://[${written}]/`))) return null;
  const address = canonicalAddress(written);
  const [writtenBits, bits] = [written, address].map((each) => (each.includes(':') ? 128 : 32)) as [
    number,
    number,
  ];
  // IPv4 in IPv6 has 96 bits more.
  const prefix = Number(length ?? writtenBits) - (writtenBits - bits);
  return prefix >= 0 && prefix <= bits ? { address, prefix } : null;
}

/** One address is written without a prefix. */
export function networkText({ address, prefix }: IpNetwork): string {
  return prefix === (address.includes(':') ? 128 : 32) ? address : `${address}/${prefix}`;
}
