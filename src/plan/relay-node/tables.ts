/** Lookup tables of a node: each is one lookup by domain or next hop, however many domains there are. Pure. */
import { type LookupTable, serialiseLookupTable } from '../../formats/postfix-table.ts';
import type { DeliveryService, RelayNode } from '../../model/relay-node/model.ts';
import type { PlannedFile } from '../planned.ts';
import { nextHop, planKnownBackends } from './known-backends.ts';
import { postmasterAliases, postmasterTransports } from './postmaster.ts';

export type NamedTables = Readonly<Record<string, LookupTable>>;

/** From the world to backends. */
export function inboundTables(node: RelayNode): NamedTables {
  const { domains } = node;
  return {
    'relay-domains': new Map(domains.map(({ name }) => [name, 'relayed'])),
    // A sender of a domain that is relayed here cannot come from the world.
    'own-senders': new Map(
      domains.map(({ name }) => [name, 'REJECT mail from this domain does not come this way']),
    ),
    transports: new Map([
      ...domains.map((domain): [string, string] => [domain.name, `backend:${nextHop(domain)}`]),
      ...postmasterTransports(node, 'bounces:'),
    ]),
    postmaster: postmasterAliases(node),
  };
}

/** From backends to backends, and to delivery services. */
export function outboundTables(node: RelayNode): NamedTables {
  const { domains, serviceOf } = node;
  const { transports, policies } = planKnownBackends(domains);
  return {
    'relay-domains': new Map(domains.map(({ name }) => [name, 'relayed'])),
    // Several transports, so that what one requester says of a backend's certificate binds nobody else's mail to it.
    transports: new Map([
      ...domains.map((domain): [string, string] => [
        domain.name,
        transports.get(domain.name) ?? `backend:${nextHop(domain)}`,
      ]),
      ...postmasterTransports(node, 'smtp:'),
    ]),
    postmaster: postmasterAliases(node),
    backend_tls_policy_map: policies,
    'sender-transports': new Map([
      ...[...serviceOf].map(([domain, service]): [string, string] => [
        `@${domain}`,
        deliveryTransport(service),
      ]),
      // The policy service tells the way of each bounce. Reception refuses what would go to `error` or `retry`.
      ['<>', 'no-way-out:5.7.1 the sender of this bounce has no delivery service'],
    ]),
  };
}

/** One table for each delivery service: no other service's transport can read its password. */
export function deliveryTables({ deliveryServices }: RelayNode): NamedTables {
  return Object.fromEntries(
    deliveryServices.map((service) => [
      `${service.transport}-password`,
      new Map(
        service.login === null ? [] : [[nextHop(service), `${service.login.user}:${service.login.password}`]],
      ),
    ]),
  );
}

/** Postfix transport of a delivery service. */
export function deliveryTransport(service: DeliveryService): string {
  return `${service.transport}:${nextHop(service)}`;
}

/**
 * Tables that decide which way mail goes. The process that reads them looks for changes every now and then only; until it
 * did, mail for a new domain would be foreign mail, so Postfix reloads for them.
 */
const routing: readonly string[] = ['relay-domains', 'transports', 'postmaster', 'sender-transports'];

export function tableFiles(
  { configuration, service }: { configuration: string; service: string },
  tables: NamedTables,
): PlannedFile[] {
  return Object.entries(tables).map(([name, table]) => ({
    path: `${configuration}/${name}`,
    mode: 0o600,
    body: { text: serialiseLookupTable(table) },
    table: true,
    ...(routing.includes(name) ? { reload: service } : {}),
  }));
}
