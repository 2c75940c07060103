/** Nodes that are started and have answered. Others are left out of what is published, and nothing waits for them. Pure. */
import type { Answers } from '../../model/answers.ts';
import { appliedFingerprints } from '../../model/applied.ts';
import type { Cluster } from '../../model/relay-cluster/model.ts';

export interface ReadyNode {
  name: string;
  ipv6: string;
  submissionPort: string | null;
  /** Current and next. */
  fingerprints: readonly string[];
  /** What is in force on it; null when it does not say, as older releases do not. */
  applied: AppliedByNode | null;
}

export interface AppliedByNode {
  /** Domain → the digest that came with it. */
  domains: ReadonlyMap<string, string>;
  /** Fingerprints of mail servers that it trusts. */
  fingerprints: ReadonlySet<string>;
}

/** Ordered by name. */
export function readyNodes({ nodes }: Cluster, answers: Answers): ReadyNode[] {
  return nodes.flatMap(({ name }) => {
    const answer = answers[name];
    const ipv6 = answer?.['smtp-ipv6'];
    const fingerprints = answer?.['tls-fingerprints'];
    if (typeof ipv6 !== 'string' || !Array.isArray(fingerprints) || fingerprints.length === 0) return [];
    const port = answer?.['submission-port'];
    return [
      {
        name,
        ipv6,
        fingerprints: fingerprints.map(String),
        submissionPort: port === undefined ? null : String(port),
        applied: appliedBy(answer),
      },
    ];
  });
}

function appliedBy(answer: Answers[string] | undefined): AppliedByNode | null {
  const fingerprints = appliedFingerprints(answer);
  const { domains } = (answer?.['applied'] ?? {}) as { domains?: unknown };
  if (fingerprints === null || typeof domains !== 'object' || domains === null) return null;
  return {
    domains: new Map(Object.entries(domains).map(([domain, digest]) => [domain, String(digest)])),
    fingerprints: new Set(fingerprints),
  };
}

/** What is missing of nodes, one sentence each. */
export function missingNodes(cluster: Cluster, answers: Answers): string[] {
  const ready = new Set(readyNodes(cluster, answers).map(({ name }) => name));
  return cluster.nodes
    .filter(({ name }) => !ready.has(name))
    .map(
      ({ name }) =>
        `node ${name} has not published smtp-ipv6 and tls-fingerprints yet; process it, or see why it fails`,
    );
}
