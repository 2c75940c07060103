/**
 * Which certificates prove which mail server. Postfix looks a TLS policy up by next hop, `[host]:port`, and domains of
 * different requesters may name one next hop with different fingerprints: honestly, while the certificate of a mail
 * server with several domains rotates, or to have a stranger's certificate accepted for somebody else's mail. Where
 * they disagree, each set of fingerprints is a transport of its own, named after what it accepts, so that no name ever
 * means another set; the next hop's own entry is gone, and what was on its way by it is deferred, not delivered. Pure.
 */
import { createHash } from 'node:crypto';

import type { LookupTable } from '../../formats/postfix-table.ts';
import type { RelayedDomain } from '../../model/relay-node/model.ts';

export interface KnownBackends {
  /** Domain that is known by fingerprint → Postfix transport and next hop. */
  transports: LookupTable;
  /** Next hop, or the transport that is one set's own → TLS policy. */
  policies: LookupTable;
  /** Names of transports that are one set's own: each takes its policy from the entry of its name. */
  ownTransports: readonly string[];
}

export function planKnownBackends(domains: readonly RelayedDomain[]): KnownBackends {
  const known = domains.filter(({ authentication }) => authentication === 'fingerprint');
  const setsOf = new Map<string, Set<string>>();
  for (const domain of known) {
    const sets = setsOf.get(nextHop(domain)) ?? new Set<string>();
    setsOf.set(nextHop(domain), sets.add(policyOf(domain)));
  }
  const entries = known.map((domain) => {
    const [hop, policy] = [nextHop(domain), policyOf(domain)];
    const isDisputed = (setsOf.get(hop)?.size ?? 0) > 1;
    const transport = isDisputed ? `known-backend-${digest(`${hop} ${policy}`)}` : 'known-backend';
    return { domain: domain.name, hop, policy, transport, key: isDisputed ? transport : hop };
  });
  return {
    transports: new Map(entries.map(({ domain, transport, hop }) => [domain, `${transport}:${hop}`])),
    policies: new Map(entries.map(({ key, policy }) => [key, policy])),
    ownTransports: [
      ...new Set(entries.flatMap(({ transport, key }) => (transport === key ? [transport] : []))),
    ].sort(),
  };
}

export function nextHop({ host, port }: { host: string; port: number }): string {
  return `[${host}]:${port}`;
}

function policyOf({ fingerprints }: RelayedDomain): string {
  return `fingerprint match=${[...new Set(fingerprints)].sort().join('|')}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
