/** Whether a domain may be relayed: what DNS, a verification record and the cluster's operator say of it. Pure. */
import { createHmac } from 'node:crypto';

import { entryOf } from '../../ledger/entry-of.ts';
import type { DomainRecord } from '../../ledger/types.ts';
import type { DomainClaim } from '../../validate/relay-cluster/request.ts';
import type { MailExchangers } from '../../names/mail-exchangers.ts';

export type DomainState =
  | { kind: 'accepted' }
  /** Another request holds it. `isOpen`: it is not relayed for that one either, and a verification record wins it. */
  | { kind: 'taken'; isOpen: boolean }
  | { kind: 'unverified' }
  /** Held by a refused request whose last valid mail server cannot be relayed to any more. */
  | { kind: 'unusable' }
  | { kind: 'dns-error'; reason: string };

/** Whether mail for the domain is relayed. */
export function isRelayed(state: DomainState): boolean {
  switch (state.kind) {
    case 'accepted':
      return true;
    case 'taken':
    case 'unverified':
    case 'unusable':
    case 'dns-error':
      return false;
  }
}

/** What tells whose a domain is. */
export interface VerificationFacts {
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** Texts of TXT records, by domain. */
  texts: Readonly<Record<string, readonly string[]>>;
  /** Host names of the cluster's nodes, lower case. */
  fqdns: ReadonlySet<string>;
  /** Sender domains of delivery services, for which the cluster's operator vouches. */
  vouchedFor: ReadonlySet<string>;
  /** Key of the verification records; it never changes. */
  secret: string;
}

/** Whether DNS names mail exchangers for the domain, whichever. */
export function hasExchangers(domain: string, { mailExchangers }: VerificationFacts): boolean {
  switch (entryOf(mailExchangers, domain)?.kind) {
    case 'exchangers':
      return true;
    case 'absent':
    case 'none':
    case 'error':
    case undefined:
      return false;
  }
}

/** What DNS says now; `accepted` when it proves that the domain may be relayed here. */
export function verify(
  domain: string,
  { mailExchangers, fqdns, vouchedFor }: VerificationFacts,
): DomainState {
  if (vouchedFor.has(domain)) return { kind: 'accepted' };
  const found = entryOf(mailExchangers, domain) ?? {
    kind: 'error',
    reason: `${domain} has not been looked up`,
  };
  switch (found.kind) {
    case 'absent':
      return { kind: 'accepted' };
    case 'none':
      return found.hasAddress ? { kind: 'unverified' } : { kind: 'accepted' };
    case 'exchangers':
      return found.names.some((name) => fqdns.has(name)) ? { kind: 'accepted' } : { kind: 'unverified' };
    case 'error':
      return { kind: 'dns-error', reason: found.reason };
  }
}

/** A failing resolver proves nothing, and what was verified stays so. That the operator vouches does not verify. */
export function isVerified(now: DomainState, known: DomainRecord | undefined, vouchedFor: boolean): boolean {
  const wasVerified = known?.verified ?? false;
  if (vouchedFor) return wasVerified;
  switch (now.kind) {
    case 'accepted':
      return true;
    case 'dns-error':
      return wasVerified;
    case 'taken':
    case 'unverified':
    case 'unusable':
      return false;
  }
}

/** Whether the claim's verification record stands in DNS. */
export function isProven(claim: DomainClaim, { texts, secret }: VerificationFacts): boolean {
  return entryOf(texts, claim.domain)?.includes(proofOf(claim, secret)) ?? false;
}

/** Text of the verification record. */
export function proofOf({ domain, reference }: DomainClaim, secret: string): string {
  return `slapos-mail=${createHmac('sha256', secret).update(`${domain} ${reference}`).digest('hex').slice(0, 32)}`;
}
