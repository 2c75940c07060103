/** Names of hosts: what is one, one made of an instance's title, and one that an address has. Pure. */
import { canonicalDomain } from './mail-domain.ts';

// RFC 1035, 2.3.4
const maxLabelLength = 63;
const maxNameLength = 253;
const inner = `[A-Za-z0-9_-]{0,${maxLabelLength - 2}}`;
const label = `[A-Za-z0-9_](${inner}[A-Za-z0-9_])?`;
// A name of digits and dots only would be an address.
const hostName = new RegExp(`^(?![0-9.]+$)${label}(\\.${label})*$`);

/** Whether `name`, without a dot at its end, is the name of a host that Postfix takes: with others it does not start, or refuses mail. */
export function isHostName(name: string): boolean {
  return name.length <= maxNameLength && hostName.test(name);
}

/** `text` as a fully qualified host name: lower case, ASCII, without a dot at its end. Null when it is none. */
export function fullyQualified(text: string): string | null {
  return canonicalDomain(text.trim().replace(/\.$/, ''));
}

/** The name under which DNS knows an IPv6 address (RFC 3596, 2.5): that of a host that was given no other. */
export function reverseName(ipv6: string): string {
  const [head = '', tail] = ipv6.toLowerCase().split('::');
  const words = (text: string) => text.split(':').filter((word) => word !== '');
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const digits = all.map((word) => word.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

/** The name that a host calls itself, made of its instance's title; no longer than one label of DNS. */
export function hostNameOf(title: string): string {
  const kept = title
    .trim()
    .replace(/\s/g, '_')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .replace(/^[.-]+/, '')
    .slice(0, maxLabelLength);
  // Postfix refuses a name of digits and dots only, because it would be an address.
  const name = /[A-Za-z]/.test(kept) ? kept : `mail-${kept || 'server'}`;
  // Postfix also refuses an empty label, and one that begins or ends with a dash.
  return name
    .slice(0, maxLabelLength)
    .replace(/-*\.[.-]*/g, '.')
    .replace(/[.-]+$/, '');
}
