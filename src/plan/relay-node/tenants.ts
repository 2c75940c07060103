/** Tenants: each relayed domain, how its mail server is recognised, and where its mail leaves. Pure. */
import type { Tenant } from '../../daemons/relay-policy/config.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import { deliveryTransport } from './tables.ts';

export function planTenants({ domains, serviceOf }: RelayNode): Tenant[] {
  return domains.map(({ name, host, port, authentication, fingerprints }) => {
    const service = serviceOf.get(name);
    return {
      domain: name,
      login: authentication === 'password' ? name : null,
      address: authentication === 'none' ? host : null,
      fingerprints: authentication === 'fingerprint' ? fingerprints : [],
      backend: { host, port },
      delivery: service ? deliveryTransport(service) : null,
    };
  });
}
