/** Relayed domains in one spelling: names that differ only by letter case or a dot at the end are the same. */

/** Lower case, without a dot at the end; null when it is no domain name. */
export function parseRelayedDomain(name: string): string | null {
  const domain = name.toLowerCase().replace(/\.$/, '');
  return domain.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(domain) ? domain : null;
}
