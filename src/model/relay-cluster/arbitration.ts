/**
 * Which request holds which domain, and which domains are accepted. A domain has one holder: the request for which it was
 * verified, else one with a verification record in DNS, else the first. A claim that was made while the domain's mail went
 * elsewhere does not keep the owner out: if others claim the domain too, MX records alone verify none of them. A request
 * that becomes invalid keeps its domain, which is relayed as its last valid parameters say. Pure.
 */
import type { DomainRecord } from '../../ledger/types.ts';
import type { DomainClaim } from '../../validate/relay-cluster/request.ts';
import { passwordFrom } from '../seed.ts';
import {
  type DomainState,
  hasExchangers,
  isProven,
  isRelayed,
  isVerified,
  proofOf,
  type VerificationFacts,
  verify,
} from './verification.ts';

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

export interface ArbitrationFacts extends VerificationFacts {
  before: readonly DomainRecord[];
  /** Reference → reason, of invalid requests: they claim nothing new and keep what they hold. */
  refused: ReadonlyMap<string, string>;
  seed: Uint8Array;
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
    .map(({ domain, reference, backend }): DomainClaim => ({ domain, reference, ...backend, applied: null }));
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
    hasExchangers(domain, facts) &&
    !facts.vouchedFor.has(domain) &&
    !rivals.some((claim) => isProven(claim, facts))
  );
}

function firstPassword({ authentication, domain, reference }: DomainClaim, seed: Uint8Array): string | null {
  return authentication === 'password' ? passwordFrom(seed, `${domain} ${reference}`) : null;
}
