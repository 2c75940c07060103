/** What a client of the outbound service may do: an answer to one question of Postfix (SMTPD_POLICY_README). Pure. */
import type { Tenant } from './config.ts';

/** Attributes of a question that matter here; absent ones are empty. */
export interface Question {
  policy_context: string;
  sender: string;
  recipient: string;
  client_address: string;
  sasl_username: string;
  ccert_fingerprint: string;
}

/** What all domains with one login, address or certificate have in common. */
interface Group {
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

/** Postfix action: `OK`, `DUNNO`, `FILTER …` or `REJECT` with a reason that the sender can act on. */
export function decide(question: Question, index: TenantIndex): string {
  const groups = groupsOf(question, index);
  return question.policy_context === 'route'
    ? route(question, groups, index)
    : permission(question, groups, index);
}

function permission(question: Question, groups: readonly Group[], index: TenantIndex): string {
  const { sender, recipient } = question;
  if (groups.length === 0) {
    const shown = question.ccert_fingerprint ? 'this client certificate' : question.client_address;
    return `REJECT 5.7.1 no domain is relayed for ${shown}; log in, or show the certificate that you registered`;
  }
  const senderDomain = domainOf(sender);
  const tenant = index.byDomain.get(senderDomain);
  if (sender !== '' && !(tenant && isShownBy(tenant, question))) {
    return `REJECT 5.7.1 you may send as ${someNames(groups)} only, not as ${senderDomain || 'a name without a domain'}`;
  }
  if (hasSecondAt(sender) || hasSecondAt(recipient) || isSourceRoute(recipient, index)) {
    return 'REJECT 5.7.1 addresses that say a way to elsewhere are not taken here; write the plain one';
  }
  if (index.byDomain.has(domainOf(recipient))) return 'OK';
  const delivery = sender === '' ? deliveryOf(groups) : tenant?.delivery;
  if (delivery != null) return 'OK';
  const who = sender === '' ? someNames(groups) : senderDomain;
  return `REJECT 5.7.1 ${who} has no delivery service here: only relayed domains can be reached`;
}

function hasSecondAt(address: string): boolean {
  return address.indexOf('@') !== address.lastIndexOf('@');
}

/** `user%elsewhere@relayed` and `elsewhere!user@relayed`: Postfix here takes them literally, but the mail server behind may follow them. */
function isSourceRoute(recipient: string, { byDomain }: TenantIndex): boolean {
  return /[%!]/.test(recipient) && byDomain.has(domainOf(recipient));
}

/** Postfix chooses the way by sender. A bounce has none, so it leaves by the delivery service of whoever sends it. */
function route({ sender, recipient }: Question, groups: readonly Group[], index: TenantIndex): string {
  if (sender !== '' || index.byDomain.has(domainOf(recipient))) return 'DUNNO';
  const delivery = deliveryOf(groups);
  return delivery === null ? 'DUNNO' : `FILTER ${delivery}`;
}

/** A login decides alone; without one, the certificate and the address are both looked up. */
function groupsOf(question: Question, index: TenantIndex): Group[] {
  const { login, fingerprint, address } = shownIn(question);
  const found =
    login === ''
      ? [index.byFingerprint.get(fingerprint), index.byAddress.get(address)]
      : [index.byLogin.get(login)];
  return found.filter((group) => group !== undefined);
}

/** Whether the question shows what this one tenant is recognised by. */
function isShownBy(tenant: Tenant, question: Question): boolean {
  const { login, fingerprint, address } = shownIn(question);
  if (login !== '') return tenant.login === login;
  return tenant.fingerprints.includes(fingerprint) || tenant.address === address;
}

function shownIn({ sasl_username: login, ccert_fingerprint: print, client_address: address }: Question) {
  return {
    login: login.toLowerCase(),
    fingerprint: print.toUpperCase(),
    address: plainAddress(address),
  };
}

/** Tenants stand under canonical addresses, where IPv4 in IPv6 is IPv4; a socket may tell it the other way. */
function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function deliveryOf(groups: readonly Group[]): string | null {
  return groups.find(({ delivery }) => delivery !== null)?.delivery ?? null;
}

const maxShownNames = 5;

function someNames(groups: readonly Group[]): string {
  return groups
    .flatMap(({ names }) => names)
    .slice(0, maxShownNames)
    .join(', ');
}

/** Empty where there is none: a name without a domain is no domain, Postfix gives it the node's own. */
function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at === -1 ? '' : address.slice(at + 1).toLowerCase();
}

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
