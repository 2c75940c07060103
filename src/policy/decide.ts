/** What a client of the outbound service may do: an answer to one question of Postfix (SMTPD_POLICY_README). Pure. */
import type { Tenant } from '../plan/mail-server-relay/tenants.ts';

/** Attributes of a question that matter here; absent ones are empty. */
export interface Question {
  policy_context: string;
  sender: string;
  recipient: string;
  client_address: string;
  sasl_username: string;
  ccert_fingerprint: string;
}

/** Tenants by what they show, so that each question costs the same however many there are. */
export interface TenantIndex {
  byDomain: ReadonlyMap<string, Tenant>;
  byLogin: ReadonlyMap<string, readonly Tenant[]>;
  byAddress: ReadonlyMap<string, readonly Tenant[]>;
  byFingerprint: ReadonlyMap<string, readonly Tenant[]>;
}

export function indexTenants(tenants: readonly Tenant[]): TenantIndex {
  return {
    byDomain: new Map(tenants.map((tenant) => [tenant.domain, tenant])),
    byLogin: group(tenants, ({ login }) => (login === null ? [] : [login])),
    byAddress: group(tenants, ({ address }) => (address === null ? [] : [address])),
    byFingerprint: group(tenants, ({ fingerprints }) => fingerprints),
  };
}

/** Postfix action: `OK`, `DUNNO`, `FILTER …` or `REJECT` with a reason that the sender can act on. */
export function decide(question: Question, index: TenantIndex): string {
  const mine = tenantsOf(question, index);
  return question.policy_context === 'route'
    ? route(question, mine, index)
    : permission(question, mine, index);
}

function permission(question: Question, mine: readonly Tenant[], index: TenantIndex): string {
  const { sender, recipient } = question;
  if (mine.length === 0) {
    const shown = question.ccert_fingerprint ? 'this client certificate' : question.client_address;
    return `REJECT 5.7.1 no domain is relayed for ${shown}; log in, or show the certificate that you registered`;
  }
  const own = mine.map(({ domain }) => domain);
  const senderDomain = domainOf(sender);
  if (sender !== '' && !own.includes(senderDomain)) {
    return `REJECT 5.7.1 you may send as ${own.slice(0, 5).join(', ')} only, not as ${senderDomain}`;
  }
  if (hasSecondAt(sender) || hasSecondAt(recipient) || saysAWay(recipient, index)) {
    return 'REJECT 5.7.1 addresses that say a way to elsewhere are not taken here; write the plain one';
  }
  if (index.byDomain.has(domainOf(recipient))) return 'OK';
  const able = sender === '' ? mine.some(hasDelivery) : hasDelivery(index.byDomain.get(senderDomain));
  if (able) return 'OK';
  const who = sender === '' ? own.slice(0, 5).join(', ') : senderDomain;
  return `REJECT 5.7.1 ${who} has no delivery service here: only relayed domains can be reached`;
}

function hasSecondAt(address: string): boolean {
  return address.indexOf('@') !== address.lastIndexOf('@');
}

/** `user%elsewhere@relayed` and `elsewhere!user@relayed`: ours are taken literally, but a mail server may follow them. */
function saysAWay(recipient: string, { byDomain }: TenantIndex): boolean {
  return /[%!]/.test(recipient) && byDomain.has(domainOf(recipient));
}

/** A bounce has no sender to choose a way by: it leaves by the way of whoever sends it. */
function route({ sender, recipient }: Question, mine: readonly Tenant[], index: TenantIndex): string {
  if (sender !== '' || index.byDomain.has(domainOf(recipient))) return 'DUNNO';
  const delivery = mine.find(hasDelivery)?.delivery;
  return delivery ? `FILTER ${delivery}` : 'DUNNO';
}

/** A login says it all; a certificate and an address may both speak for one. */
function tenantsOf(question: Question, index: TenantIndex): readonly Tenant[] {
  if (question.sasl_username !== '') return index.byLogin.get(question.sasl_username.toLowerCase()) ?? [];
  return [
    ...(index.byFingerprint.get(question.ccert_fingerprint.toUpperCase()) ?? []),
    ...(index.byAddress.get(plainAddress(question.client_address)) ?? []),
  ];
}

/** Tenants stand under canonical addresses, where IPv4 in IPv6 is IPv4; a socket may tell it the other way. */
function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function hasDelivery(tenant: Tenant | undefined): boolean {
  return tenant?.delivery != null;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function group(
  tenants: readonly Tenant[],
  keys: (tenant: Tenant) => readonly string[],
): Map<string, Tenant[]> {
  const groups = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    for (const key of keys(tenant)) groups.set(key, [...(groups.get(key) ?? []), tenant]);
  }
  return groups;
}
