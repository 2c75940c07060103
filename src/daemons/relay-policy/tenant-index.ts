/** Tenants by what they show. Pure. */
import type { Tenant } from './config.ts';

/** What all domains with one login, address or certificate have in common. */
export interface Group {
  /** Some of their names, for messages. */
  names: readonly string[];
  /** The delivery service for their bounces: that of the first of them that has one. */
  delivery: string | null;
}

/** Tenants by what they show, so that a question costs the same however many there are, and however many one has. */
export interface TenantIndex {
  byDomain: ReadonlyMap<string, Tenant>;
  byLogin: ReadonlyMap<string, Group>;
  byAddress: ReadonlyMap<string, Group>;
  byFingerprint: ReadonlyMap<string, Group>;
}

export function indexTenants(tenants: readonly Tenant[]): TenantIndex {
  return {
    byDomain: new Map(tenants.map((tenant) => [tenant.domain, tenant])),
    byLogin: group(tenants, ({ login }) => (login === null ? [] : [login])),
    byAddress: group(tenants, ({ address }) => (address === null ? [] : [address])),
    byFingerprint: group(tenants, ({ fingerprints }) => fingerprints),
  };
}

/** How many names of a group are told. */
export const maxShownNames = 5;

function group(
  tenants: readonly Tenant[],
  keysOf: (tenant: Tenant) => readonly string[],
): ReadonlyMap<string, Group> {
  const groups = new Map<string, { names: string[]; delivery: string | null }>();
  for (const tenant of tenants) {
    for (const key of keysOf(tenant)) {
      const one = groups.get(key) ?? { names: [], delivery: null };
      if (one.names.length < maxShownNames) one.names.push(tenant.domain);
      one.delivery ??= tenant.delivery;
      groups.set(key, one);
    }
  }
  return groups;
}
