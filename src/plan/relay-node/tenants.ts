/** Who may send as what through the outbound service: the policy service's data. Pure. */
import type { RelayNode } from '../../model/relay-node/relay-node.ts';
import { deliveryTransport } from './tables.ts';

/** One domain, and how its mail server is recognised: exactly one of the three. */
export interface Tenant {
  domain: string;
  /** Name that it logs in with. */
  login: string | null;
  /** Address that it comes from. */
  address: string | null;
  /** Client certificates that it shows; upper case. */
  fingerprints: readonly string[];
  /** Postfix transport for mail to the world, or null: only relayed domains can be reached. */
  delivery: string | null;
}

export function planTenants({ domains, serviceOf }: RelayNode): Tenant[] {
  return domains.map(({ name, host, authentication, fingerprints }) => {
    const service = serviceOf.get(name);
    return {
      domain: name,
      login: authentication === 'password' ? name : null,
      address: authentication === 'none' ? host : null,
      fingerprints: authentication === 'fingerprint' ? fingerprints : [],
      delivery: service ? deliveryTransport(service) : null,
    };
  });
}
