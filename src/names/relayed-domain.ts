/** Relayed domains in one spelling: names that differ only by letter case or a dot at the end are the same. */

import { isHostName } from './host-name.ts';

/** Lower case, without a dot at the end; null when it is no domain name. */
export function parseRelayedDomain(name: string): string | null {
  const domain = name.toLowerCase().replace(/\.$/, '');
  return isHostName(domain) ? domain : null;
}
