/** Claims whose mail server the cluster cannot relay to, judged by all claims and nodes together. Pure. */
import type { DomainRecord } from '../../ledger/types.ts';
import { canonicalAddress, specialAddress } from '../../names/ip-address.ts';
import {
  type ClusterRequest,
  type DomainClaim,
  type RefusedDomain,
  writeOwnAddress,
} from '../../validate/relay-cluster/request.ts';
import type { Answers } from '../answers.ts';
import type { Place } from '../place.ts';

/**
 * If domains name different fingerprints for one mail server, each node needs a transport for each set of fingerprints.
 * This is how many sets there may be in all beyond the first of each mail server: enough for certificate rotations, too
 * few to overload a node.
 */
const maxDisagreements = 200;

export interface ClusterAddresses {
  place: Pick<Place, 'ipv6' | 'ipv4'>;
  /** Answers of the nodes. */
  answers: Answers;
}

/** The valid claims without unusable ones, which join the refused ones with their reasons. */
export function setUnusableBackendsAside(
  request: ClusterRequest,
  before: readonly DomainRecord[],
  addresses: ClusterAddresses,
): Pick<ClusterRequest, 'claims' | 'refused'> {
  const pointless = refuse(request.claims, (claim) => problemOfAddress(claim, addresses));
  const invalid = new Set([...request.refused, ...pointless.refused].map(({ reference }) => reference));
  const disagreeing = disagreements(
    pointless.claims,
    before,
    before.filter(({ reference }) => invalid.has(reference)),
  );
  const crowding = refuse(pointless.claims, ({ reference, host, port }) =>
    disagreeing.has(reference)
      ? `/fingerprints: other domains name other fingerprints of [${host}]:${port}, and the cluster knows too many ` +
        'such cases already; name the same ones, or ask its operator'
      : null,
  );
  return {
    claims: crowding.claims,
    refused: [...request.refused, ...pointless.refused, ...crowding.refused],
  };
}

function refuse(
  claims: readonly DomainClaim[],
  problem: (claim: DomainClaim) => string | null,
): { claims: DomainClaim[]; refused: RefusedDomain[] } {
  const problems = new Map(claims.map((claim) => [claim, problem(claim)]));
  return {
    claims: claims.filter((claim) => problems.get(claim) === null),
    refused: claims.flatMap((claim) => {
      const error = problems.get(claim);
      return typeof error === 'string' ? [{ reference: claim.reference, domain: claim.domain, error }] : [];
    }),
  };
}

/** Why nodes cannot relay to this address; null if they can. To relay to a node of the cluster would be a loop. */
export function problemOfAddress(
  { host, port }: DomainClaim,
  { place, answers }: ClusterAddresses,
): string | null {
  const isNode = Object.values(answers).some(
    (answer) =>
      canonicalAnswer(answer['smtp-ipv6']) === host &&
      [answer['smtp-port'], answer['submission-port']].map(String).includes(String(port)),
  );
  if (isNode) {
    return `/mail-server-host: [${host}]:${port} is a node of this cluster; ${writeOwnAddress}`;
  }
  const isLoopback = (address: string | null) => address !== null && specialAddress(address) === 'loopback';
  // If the cluster itself has a loopback address, everything is on one machine.
  if (isLoopback(host) && !isLoopback(place.ipv6) && !isLoopback(place.ipv4)) {
    return `/mail-server-host: ${host} is loopback, each node's own; ${writeOwnAddress}`;
  }
  return null;
}

/** Null if it is no address: answers of other instances may contain anything. */
function canonicalAnswer(address: unknown): string | null {
  if (typeof address !== 'string') return null;
  return !address.includes(':') || URL.canParse(`http://[${address}]/`) ? canonicalAddress(address) : null;
}

/** References of claims with a set beyond the limit. Sets that are in the ledger come first. */
function disagreements(
  claims: readonly DomainClaim[],
  before: readonly DomainRecord[],
  kept: readonly DomainRecord[],
): ReadonlySet<string> {
  const known = new Set(before.map(({ reference, backend }) => `${reference} ${setOf(backend)}`));
  const isKnown = (claim: DomainClaim) => known.has(`${claim.reference} ${setOf(claim)}`);
  const byFingerprint = claims.filter(({ authentication }) => authentication === 'fingerprint');
  const sets = new Map<string, Set<string>>();
  let left = maxDisagreements;
  const add = (backend: DomainClaim | DomainRecord['backend']): boolean => {
    const endpoint = `${backend.host} ${backend.port}`;
    const there = sets.get(endpoint);
    if (there === undefined) sets.set(endpoint, new Set([setOf(backend)]));
    else if (!there.has(setOf(backend))) {
      if (left === 0) return false;
      left -= 1;
      there.add(setOf(backend));
    }
    return true;
  };
  kept
    .filter(({ backend }) => backend.authentication === 'fingerprint')
    .forEach(({ backend }) => add(backend));
  const inOrder = [...byFingerprint.filter(isKnown), ...byFingerprint.filter((claim) => !isKnown(claim))];
  return new Set(inOrder.filter((claim) => !add(claim)).map(({ reference }) => reference));
}

function setOf({ host, port, fingerprints }: DomainRecord['backend']): string {
  return [host, port, ...[...new Set(fingerprints)].sort()].join(' ');
}
