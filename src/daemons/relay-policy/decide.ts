/**
 * What a client of the outbound service may do: an answer to one question of Postfix (SMTPD_POLICY_README). A node may lag
 * behind its cluster: what a later processing may allow is put off (4xx), so that the mail waits; only what no processing
 * will allow is refused (5xx). Pure.
 */
import { parseRelayedDomain } from '../../names/relayed-domain.ts';
import { asResolved } from '../kit/quoted-address.ts';
import type { Tenant } from './config.ts';
import { type Group, maxShownNames, type TenantIndex } from './tenant-index.ts';

/** Attributes of a question that matter here; absent ones are empty. */
export interface Question {
  policy_context: string;
  sender: string;
  recipient: string;
  client_address: string;
  sasl_username: string;
  ccert_fingerprint: string;
  ccert_pubkey_fingerprint: string;
}

/**
 * Where the mail of a domain goes that is not relayed here. `cluster`: DNS names the nodes of this cluster; `gone`: so it does, but the
 * domain left them long ago; `nowhere`: it has no mail server, which a domain needs not to be relayed; `unknown`: DNS did
 * not answer.
 */
export type Whereabouts = 'cluster' | 'gone' | 'nowhere' | 'unknown' | 'elsewhere';

/** A decision that depends on where a domain's mail goes. */
export interface LookUpFirst {
  lookUp: string;
}

/**
 * Postfix action: `OK`, `DUNNO`, `FILTER …`, `DEFER` or `REJECT` with a reason that the sender can act on. Without
 * `whereabouts`, the domain that has to be looked up, if the answer depends on it.
 */
export function decide(question: Question, index: TenantIndex, whereabouts: Whereabouts): string;
export function decide(question: Question, index: TenantIndex): string | LookUpFirst;
export function decide(
  question: Question,
  index: TenantIndex,
  whereabouts?: Whereabouts,
): string | LookUpFirst {
  const groups = groupsOf(question, index);
  const resolved = { ...question, recipient: asResolved(question.recipient) };
  return question.policy_context === 'route'
    ? route(resolved, groups, index)
    : permission(resolved, groups, index, whereabouts);
}

function permission(
  question: Question,
  groups: readonly Group[],
  index: TenantIndex,
  whereabouts: Whereabouts | undefined,
): string | LookUpFirst {
  const { sender, recipient } = question;
  if (groups.length === 0) {
    const shown = question.ccert_fingerprint ? 'this client certificate' : question.client_address;
    return `DEFER 4.7.1 no domain is relayed for ${shown}; log in, or show the certificate that you registered`;
  }
  if (hasSecondAt(sender) || hasSecondAt(recipient) || isSourceRoute(recipient, index)) {
    return 'REJECT 5.7.1 addresses that say a way to elsewhere are not taken here; write the plain one';
  }
  const senderDomain = domainOf(sender);
  const tenant = index.byDomain.get(senderDomain);
  if (sender !== '' && !(tenant && isShownBy(tenant, question))) {
    const mayLag = senderDomain !== '' && (tenant === undefined || showsUnknownCertificate(question, index));
    return (
      `${mayLag ? 'DEFER 4.7.1' : 'REJECT 5.7.1'} you may send as ${someNames(groups)} only, ` +
      `not as ${senderDomain || 'a name without a domain'}`
    );
  }
  const recipientDomain = domainOf(recipient);
  if (index.byDomain.has(recipientDomain)) return 'OK';
  const mayComeHere = parseRelayedDomain(recipientDomain) !== null;
  if (mayComeHere && whereabouts === undefined) return { lookUp: recipientDomain };
  const delivery = (sender === '' ? deliveryOf(groups) : tenant?.delivery) ?? null;
  const who = sender === '' ? someNames(groups) : senderDomain;
  return toElsewhere(delivery, who, recipientDomain, mayComeHere ? (whereabouts ?? 'unknown') : 'elsewhere');
}

/**
 * Mail for a domain that is on its way to this node must neither be returned nor leave by a delivery service. One without
 * any mail server in DNS may be relayed as well; but with a delivery service its mail goes there, as nobody can tell it
 * from a mistake, of which the sender should hear.
 */
function toElsewhere(delivery: string | null, who: string, domain: string, whereabouts: Whereabouts): string {
  const noService = `${who} has no delivery service here: only relayed domains can be reached`;
  switch (whereabouts) {
    case 'cluster':
      return `DEFER 4.4.4 the MX records of ${domain} name this relay, which does not know it yet`;
    case 'gone':
      return `REJECT 5.1.2 the MX records of ${domain} name this relay, which it has left`;
    case 'unknown':
      return `DEFER 4.4.3 DNS does not answer where mail for ${domain} goes`;
    case 'nowhere':
      return delivery === null ? `DEFER 4.7.1 ${noService}, and ${domain} is not known as one yet` : 'OK';
    case 'elsewhere':
      return delivery === null ? `REJECT 5.7.1 ${noService}` : 'OK';
  }
}

/** A server that has just replaced its certificate, at an address that has rights of its own. */
function showsUnknownCertificate(question: Question, { byFingerprint }: TenantIndex): boolean {
  const { login, fingerprints } = shownIn(question);
  return login === '' && fingerprints.length > 0 && !fingerprints.some((print) => byFingerprint.has(print));
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
  const { login, fingerprints, address } = shownIn(question);
  const found =
    login === ''
      ? [...fingerprints.map((print) => index.byFingerprint.get(print)), index.byAddress.get(address)]
      : [index.byLogin.get(login)];
  return found.filter((group) => group !== undefined);
}

/** Whether the question shows what this one tenant is recognised by. */
function isShownBy(tenant: Tenant, question: Question): boolean {
  const { login, fingerprints, address } = shownIn(question);
  if (login !== '') return tenant.login === login;
  return fingerprints.some((print) => tenant.fingerprints.includes(print)) || tenant.address === address;
}

/** `fingerprints`: of the client certificate and of its public key; either may be registered, as Postfix takes either. */
function shownIn(question: Question) {
  return {
    login: question.sasl_username.toLowerCase(),
    fingerprints: [question.ccert_fingerprint, question.ccert_pubkey_fingerprint].flatMap((print) =>
      print === '' ? [] : [print.toUpperCase()],
    ),
    address: plainAddress(question.client_address),
  };
}

/** Tenants stand under canonical addresses, where IPv4 in IPv6 is IPv4; a socket may tell it the other way. */
function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function deliveryOf(groups: readonly Group[]): string | null {
  return groups.find(({ delivery }) => delivery !== null)?.delivery ?? null;
}

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
