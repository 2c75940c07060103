/**
 * Which request holds which domain, and which domains are accepted. A domain has one holder: the request for which it was
 * verified, else one with a verification record in DNS, else the first. A claim that was made while the domain's mail went
 * elsewhere does not keep the owner out: if others claim the domain too, MX records alone verify none of them. A request
 * that becomes invalid keeps its domain, which is relayed as its last valid parameters say. Pure.
 */
import { createHmac } from 'node:crypto';

import { entryOf } from '../../ledger/entry-of.ts';
import type { DomainRecord } from '../../ledger/types.ts';
import type { DomainClaim } from '../../validate/relay-cluster/request.ts';
import type { MailExchangers } from '../answers.ts';
import { passwordFrom } from '../seed.ts';

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

export interface DecidedDomain {
  /** For a refused request, its last valid claim. */
  claim: DomainClaim;
  /** Why the request, which keeps the domain, is refused now; null if it is valid. */
  problem: string | null;
  state: DomainState;
  /** For the ledger, if the claim holds the domain; else null. */
  record: DomainRecord | null;
  /** The verification record: text of a TXT record at the domain that proves this claim. */
  proof: string;
}

export interface ArbitrationFacts {
  before: readonly DomainRecord[];
  /** Reference → reason, of invalid requests: they claim nothing new and keep what they hold. */
  refused: ReadonlyMap<string, string>;
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** Texts of TXT records, by domain. */
  texts: Readonly<Record<string, readonly string[]>>;
  /** Host names of the cluster's nodes, lower case. */
  fqdns: ReadonlySet<string>;
  /** Sender domains of delivery services, for which the cluster's operator vouches. */
  vouchedFor: ReadonlySet<string>;
  seed: Uint8Array;
  /** Key of the verification records; it never changes. */
  secret: string;
}

/** The claims and records of one domain. */
interface Contest {
  domain: string;
  rivals: readonly DomainClaim[];
  before: readonly DomainRecord[];
}

export function decideDomains(valid: readonly DomainClaim[], facts: ArbitrationFacts): DecidedDomain[] {
  const lastValid = facts.before
    .filter(({ reference }) => facts.refused.has(reference))
    .map(({ domain, reference, backend }): DomainClaim => ({ domain, reference, ...backend }));
  const before = byDomain(facts.before);
  return [...byDomain([...valid, ...lastValid])].flatMap(([domain, claims]) =>
    decideDomain({ domain, rivals: claims, before: before.get(domain) ?? [] }, facts),
  );
}

function byDomain<Item extends { domain: string }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.domain);
    if (group === undefined) groups.set(item.domain, [item]);
    else group.push(item);
  }
  return groups;
}

function decideDomain(contest: Contest, facts: ArbitrationFacts): DecidedDomain[] {
  const { domain, rivals, before } = contest;
  const isVouchedFor = facts.vouchedFor.has(domain);
  const holder = holderOf(contest, facts);
  const known = before.find(({ reference }) => reference === holder.reference);
  const verification = isContested(contest, facts)
    ? ({ kind: 'unverified' } as const)
    : verify(domain, facts);
  const { host, port, authentication, fingerprints } = holder;
  const record: DomainRecord = {
    domain,
    reference: holder.reference,
    password: known?.password ?? firstPassword(holder, facts.seed),
    verified: isVerified(verification, known, isVouchedFor),
    backend: { host, port, authentication, fingerprints },
  };
  const state: DomainState = record.verified || isVouchedFor ? { kind: 'accepted' } : verification;
  return rivals.map((claim) => ({
    claim,
    problem: facts.refused.get(claim.reference) ?? null,
    proof: proofOf(claim, facts.secret),
    ...(claim === holder
      ? { record, state }
      : { record: null, state: { kind: 'taken', isOpen: !isRelayed(state) } }),
  }));
}

/** The verified claim, else one with a verification record, else that of the holder so far, else the first. */
function holderOf({ rivals, before }: Contest, facts: ArbitrationFacts): DomainClaim {
  const held = new Set(before.map(({ reference }) => reference));
  const verified = new Set(before.flatMap((record) => (record.verified ? [record.reference] : [])));
  const holder =
    rivals.find(({ reference }) => verified.has(reference)) ??
    rivals.find((claim) => isProven(claim, facts)) ??
    rivals.find(({ reference }) => held.has(reference)) ??
    rivals[0];
  if (holder === undefined) throw new Error('a domain without claims has no holder');
  return holder;
}

/** Whether the domain was claimed before its mail came here and others claim it now: MX records tell not whose it is. */
function isContested({ domain, rivals, before }: Contest, facts: ArbitrationFacts): boolean {
  return (
    rivals.length > 1 &&
    before.length > 0 &&
    before.every(({ verified }) => !verified) &&
    hasExchangers(entryOf(facts.mailExchangers, domain)) &&
    !facts.vouchedFor.has(domain) &&
    !rivals.some((claim) => isProven(claim, facts))
  );
}

function hasExchangers(found: MailExchangers | undefined): boolean {
  switch (found?.kind) {
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
function verify(domain: string, { mailExchangers, fqdns, vouchedFor }: ArbitrationFacts): DomainState {
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
function isVerified(now: DomainState, known: DomainRecord | undefined, vouchedFor: boolean): boolean {
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

function firstPassword({ authentication, domain, reference }: DomainClaim, seed: Uint8Array): string | null {
  return authentication === 'password' ? passwordFrom(seed, `${domain} ${reference}`) : null;
}

function isProven(claim: DomainClaim, { texts, secret }: ArbitrationFacts): boolean {
  return entryOf(texts, claim.domain)?.includes(proofOf(claim, secret)) ?? false;
}

function proofOf({ domain, reference }: DomainClaim, secret: string): string {
  return `slapos-mail=${createHmac('sha256', secret).update(`${domain} ${reference}`).digest('hex').slice(0, 32)}`;
}
