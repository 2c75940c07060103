/** Postfix's lookup tables of one mail server. Each is one value; all come from the same model. Pure. */
import { type LookupTable, serialiseAddresses, serialiseLookupTable } from '../../formats/postfix-table.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { promiseDomain } from '../../names/promise-address.ts';
import { type AddressTables, addressTables } from './address-tables.ts';
import type { PlannedFile } from '../planned.ts';
import type { PlannedMailServer } from './instance.ts';

export interface MailServerTables extends AddressTables {
  'mail-domains': LookupTable;
  /** Domains as which only somebody who is logged in may send. */
  'own-senders': LookupTable;
  /** Domains of whose addresses only those are taken that Dovecot can read. */
  'own-recipients': LookupTable;
  /** Recipients that only somebody who is logged in may write to. */
  'internal-recipients': LookupTable;
  'sender-transports': LookupTable;
  'tls-policies': LookupTable;
  'smarthost-passwords': LookupTable;
  relay_clientcerts: LookupTable;
}

export function mailServerTables(model: PlannedMailServer): MailServerTables {
  const { routes } = model;
  const addresses = addressTables(model);
  const postmaster = postmasterOf(model);
  const ownDomains = [...model.hostedDomains, promiseDomain, model.hostName];
  return {
    'mail-domains': new Map(ownDomains.map((domain) => [domain, 'local'])),
    'own-senders': new Map(ownDomains.map((domain) => [domain, 'own_sender'])),
    'own-recipients': new Map(ownDomains.map((domain) => [domain, 'own_recipient'])),
    ...addresses,
    recipients: new Map([...addresses.recipients, ...postmaster.recipients]),
    'refused-deliveries': new Map([...addresses['refused-deliveries'], ...postmaster.deliveries]),
    'internal-recipients': new Map([[promiseDomain, 'REJECT this address is internal']]),
    'sender-transports': routes.transports,
    'tls-policies': routes.tlsPolicies,
    'smarthost-passwords': routes.passwords,
    relay_clientcerts: routes.trustedClients,
  };
}

/**
 * Postfix asks no restriction about `postmaster` without a domain (RFC 5321, 4.5.1), and adds the host name. It is the first
 * domain's postmaster where there is one; else its mail is thrown away: a bounce would go to whoever the sender claims to be.
 */
function postmasterOf({ hostName, domains, domainAliases, addresses }: MailServer): {
  recipients: [string, string][];
  deliveries: [string, string][];
} {
  const name = `postmaster@${hostName}`;
  // Where the host name is a hosted domain.
  if (addresses.has(`postmaster@${domainAliases.get(hostName) ?? hostName}`)) {
    return { recipients: [], deliveries: [] };
  }
  const { deliverTo = [] } = addresses.get(`postmaster@${domains[0] ?? ''}`) ?? {};
  return {
    recipients: deliverTo.length === 0 ? [] : [[name, serialiseAddresses(deliverTo)]],
    deliveries: [[name, 'discard:']],
  };
}

/**
 * Tables that decide which way mail goes. The process that reads them looks for changes every now and then only (half
 * a minute was seen), and they never change for an account: Postfix reloads for them.
 */
const routing: readonly string[] = [
  'mail-domains',
  'sender-transports',
  'tls-policies',
  'smarthost-passwords',
];

/** As files. Those of accounts Postfix looks at by itself when an indexed file is replaced, so nothing is reloaded. */
export function tableFiles(tables: MailServerTables): PlannedFile[] {
  return Object.entries(tables).map(([name, table]: [string, LookupTable]) => ({
    path: `etc/postfix/${name}`,
    mode: 0o600,
    body: { text: serialiseLookupTable(table) },
    table: true,
    ...(routing.includes(name) ? { reload: 'postfix', flush: 'postfix' } : {}),
  }));
}
