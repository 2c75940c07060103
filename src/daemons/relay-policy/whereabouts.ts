/** Where mail for domains goes that are not relayed here: DNS, asked as the cluster asks it when a domain is requested. */
import { Resolver } from 'node:dns/promises';

import { findExchangers } from '../../host/find-exchangers.ts';
import type { MailExchangers } from '../../names/mail-exchangers.ts';
import type { Whereabouts } from './decide.ts';

/** Milliseconds; Postfix waits for longer. */
const timeout = 3000;
/** Milliseconds that an answer is believed, so that a message to many recipients of a domain asks once. */
const believed = 60_000;
/** Domains that are remembered. */
const most = 10_000;

export type DomainLookup = (domain: string, exchangers: ReadonlySet<string>) => Promise<Whereabouts>;

/** Asks for each domain at most once a minute. */
export function domainLookup(): DomainLookup {
  const known = new Map<string, { until: number; found: Promise<MailExchangers> }>();
  return async (domain, exchangers) => {
    const now = Date.now();
    let entry = known.get(domain);
    if (entry === undefined || entry.until < now) {
      // The oldest ones stand first.
      for (const oldest of known.keys()) {
        if (known.size < most) break;
        known.delete(oldest);
      }
      known.delete(domain);
      entry = { until: now + believed, found: findExchangers(new Resolver({ timeout, tries: 2 }), domain) };
      known.set(domain, entry);
    }
    return whereaboutsOf(await entry.found, exchangers);
  };
}

/** `exchangers`: host names of the cluster's nodes, lower case. */
export function whereaboutsOf(found: MailExchangers, exchangers: ReadonlySet<string>): Whereabouts {
  switch (found.kind) {
    case 'exchangers':
      return found.names.some((name) => exchangers.has(name)) ? 'cluster' : 'elsewhere';
    case 'none':
      return found.hasAddress ? 'elsewhere' : 'nowhere';
    case 'absent':
      return 'nowhere';
    case 'error':
      // No resolver runs there: no later attempt will find another answer.
      return found.reason.includes('ECONNREFUSED') ? 'nowhere' : 'unknown';
  }
}
