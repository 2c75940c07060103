/** Which delivery service takes the mail of a sender domain, for a relay cluster and for each of its nodes. Pure. */
import { parseRelayedDomain } from '../names/relayed-domain.ts';
import type { DeliveryServices } from '../validate/delivery-services.ts';

/** Sender domain → id of its service. Of several services that list a domain, the first one takes its mail. */
export function servicesByDomain(written: DeliveryServices): {
  services: Map<string, string>;
  errors: string[];
} {
  const services = new Map<string, string>();
  const errors: string[] = [];
  for (const [id, { domains }] of Object.entries(written)) {
    for (const name of domains) {
      const domain = parseRelayedDomain(name);
      if (domain === null) {
        errors.push(`proxy ${id}: "${name}" is not a domain name`);
        continue;
      }
      const first = services.get(domain);
      if (first === undefined) services.set(domain, id);
      else if (first !== id)
        errors.push(`${domain} appears in multiple proxies: ${first} keeps it, ${id} does not`);
    }
  }
  return { services, errors };
}
