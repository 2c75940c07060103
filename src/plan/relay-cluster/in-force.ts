/**
 * Which domains are in force on which nodes. The cluster gives each domain a digest, and a node publishes it once it has
 * applied what came with it. Pure.
 */
import type { DecidedDomain } from '../../model/relay-cluster/arbitration.ts';
import { hashOf } from '../digest.ts';
import type { ReadyNode } from './ready-nodes.ts';

/**
 * `<who>-<where>`. Who: the holder and how it authenticates, without which nothing of its answer works. Where: its mail
 * server and fingerprints; while a node knows former ones, mail waits at most.
 */
export function digestOfDomain({ claim, record }: DecidedDomain): string {
  const { reference, domain, authentication, host, port, fingerprints } = claim;
  const password = authentication === 'password' ? (record?.password ?? null) : null;
  return `${short([domain, reference, authentication, password])}-${short([host, port, ...fingerprints])}`;
}

function short(value: unknown): string {
  return hashOf(value).slice(0, 16);
}

/** The nodes where the domain works for its holder. Those that do not say what they have applied are taken at their word. */
export function nodesWith<Node extends Pick<ReadyNode, 'applied'>>(
  nodes: readonly Node[],
  decided: DecidedDomain,
): Node[] {
  const [who] = digestOfDomain(decided).split('-');
  return nodes.filter(
    ({ applied }) => applied === null || applied.domains.get(decided.claim.domain)?.split('-')[0] === who,
  );
}

/** Those of the domain's fingerprints that all these nodes trust; null when none of them says what it trusts. */
export function trustedFingerprints(
  nodes: readonly Pick<ReadyNode, 'applied'>[],
  decided: DecidedDomain,
): readonly string[] | null {
  const digest = digestOfDomain(decided);
  const { domain, fingerprints } = decided.claim;
  const telling = nodes.flatMap(({ applied }) => applied ?? []);
  if (telling.length === 0) return null;
  return fingerprints.filter((print) =>
    telling.every(({ domains, fingerprints: known }) => domains.get(domain) === digest || known.has(print)),
  );
}
