/**
 * Which request holds which domain, and which domains are accepted (contract 3.7). One holder a domain: who had it
 * verified, else who shows the verification record, else who came first. Who claimed a domain while its mail went
 * elsewhere keeps nobody out: when others claim it too, MX records alone give it to no one. Pure.
 */
import { createHmac } from 'node:crypto';

import type { DomainRecord } from '../../ledger/types.ts';
import type { DomainClaim } from '../../validate/mail-server-relay/cluster-request.ts';
import type { MailExchangers } from '../answers.ts';
import { passwordFrom } from '../seed.ts';

export type DomainState =
  { kind: 'accepted' } | { kind: 'taken' } | { kind: 'unverified' } | { kind: 'dns-error'; reason: string };

/** Who wants a domain. */
type Rival = Pick<DomainClaim, 'domain' | 'reference'>;

export interface DecidedDomain {
  claim: DomainClaim;
  state: DomainState;
  /** The holder's record; null for claims that hold nothing. */
  record: DomainRecord | null;
  /** Text of the TXT record at the domain that proves this claim. */
  proof: string;
}

export interface ArbitrationFacts {
  before: readonly DomainRecord[];
  /** References of requests that are invalid now: they claim nothing new, and keep what they hold. */
  refused: ReadonlySet<string>;
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** TXT texts at each domain. */
  texts: Readonly<Record<string, readonly string[]>>;
  /** Host names of the cluster's nodes, lower case. */
  fqdns: ReadonlySet<string>;
  /** Domains of delivery services: the cluster's operator vouches for them. */
  vouchedFor: ReadonlySet<string>;
  seed: Uint8Array;
  /** Proofs are made of it; the same for the life of the cluster. */
  secret: string;
}

export function decideDomains(
  claims: readonly DomainClaim[],
  facts: ArbitrationFacts,
): { domains: DecidedDomain[]; kept: DomainRecord[] } {
  const refused = facts.before.filter(({ reference }) => facts.refused.has(reference));
  const rivals: Rival[] = [...claims, ...refused];
  const holders = chooseHolders(rivals, facts);
  const kept = refused.filter(({ domain, reference }) => holders.get(domain) === reference);
  const domains = claims.map((claim): DecidedDomain => {
    const proof = proofOf(claim, facts.secret);
    const verification = isContested(claim.domain, rivals, facts)
      ? ({ kind: 'unverified' } as const)
      : verify(claim.domain, facts);
    const holder = holders.get(claim.domain);
    if (holder !== claim.reference) {
      return { claim, proof, record: null, state: stateOfOther(verification, isHeldFirmly(claim.domain)) };
    }
    const known = facts.before.find(
      ({ domain, reference }) => domain === claim.domain && reference === claim.reference,
    );
    const record: DomainRecord = {
      domain: claim.domain,
      reference: claim.reference,
      password: known?.password ?? firstPassword(claim, facts.seed),
      verified: isVerified(verification, known, facts.vouchedFor.has(claim.domain)),
    };
    const accepted = record.verified || facts.vouchedFor.has(claim.domain);
    return { claim, proof, record, state: accepted ? { kind: 'accepted' } : verification };
  });
  return { domains, kept };

  function isHeldFirmly(name: string): boolean {
    const holder = holders.get(name);
    return facts.before.some(
      ({ domain, reference, verified }) => verified && domain === name && reference === holder,
    );
  }
}

/** What a claim hears of a domain that another one holds. A resolver that fails takes nothing from a verified holder. */
function stateOfOther(verification: DomainState, isHeldFirmly: boolean): DomainState {
  if (verification.kind === 'dns-error') return isHeldFirmly ? { kind: 'taken' } : verification;
  return verification.kind === 'accepted' ? { kind: 'taken' } : { kind: 'unverified' };
}

function chooseHolders(claims: readonly Rival[], facts: ArbitrationFacts): Map<string, string> {
  const holders = new Map<string, string>();
  const proven = claims.filter((claim) => isProven(claim, facts));
  const wasVerified = new Set(facts.before.filter(({ verified }) => verified).map(keyOf));
  const held = new Set(facts.before.map(keyOf));
  const inOrder = [
    ...claims.filter((claim) => wasVerified.has(keyOf(claim))),
    ...proven,
    ...claims.filter((claim) => held.has(keyOf(claim))),
    ...claims,
  ];
  for (const { domain, reference } of inOrder) {
    if (!holders.has(domain)) holders.set(domain, reference);
  }
  return holders;
}

/** Whether somebody claimed the domain before its mail came here, and others claim it now: MX records tell no owner. */
function isContested(domain: string, claims: readonly Rival[], facts: ArbitrationFacts): boolean {
  const rivals = claims.filter((claim) => claim.domain === domain);
  const known = facts.before.filter((record) => record.domain === domain);
  return (
    rivals.length > 1 &&
    known.length > 0 &&
    known.every(({ verified }) => !verified) &&
    foundAt(facts.mailExchangers, domain)?.kind === 'exchangers' &&
    !facts.vouchedFor.has(domain) &&
    !rivals.some((claim) => isProven(claim, facts))
  );
}

/** What DNS says now; `accepted` when it proves that the domain may be relayed here. */
function verify(domain: string, { mailExchangers, fqdns, vouchedFor }: ArbitrationFacts): DomainState {
  if (vouchedFor.has(domain)) return { kind: 'accepted' };
  const found = foundAt(mailExchangers, domain) ?? {
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

/** A resolver that fails proves nothing: what was verified stays. A domain that only its operator vouches for is not. */
function isVerified(now: DomainState, known: DomainRecord | undefined, vouchedFor: boolean): boolean {
  if (vouchedFor) return known?.verified ?? false;
  return now.kind === 'accepted' || (now.kind === 'dns-error' && (known?.verified ?? false));
}

function firstPassword({ authentication, domain, reference }: DomainClaim, seed: Uint8Array): string | null {
  return authentication === 'password' ? passwordFrom(seed, `${domain} ${reference}`) : null;
}

function isProven(claim: Rival, { texts, secret }: ArbitrationFacts): boolean {
  return foundAt(texts, claim.domain)?.includes(proofOf(claim, secret)) ?? false;
}

/** A domain may be called `constructor` or `__proto__`, which every object has. */
function foundAt<Value>(values: Readonly<Record<string, Value>>, domain: string): Value | undefined {
  return Object.hasOwn(values, domain) ? values[domain] : undefined;
}

function proofOf({ domain, reference }: Rival, secret: string): string {
  return `slapos-mail=${createHmac('sha256', secret).update(`${domain} ${reference}`).digest('hex').slice(0, 32)}`;
}

function keyOf({ domain, reference }: Rival): string {
  return `${domain} ${reference}`;
}
