/** What a cluster publishes: to its own requester, and to the requester of each relayed domain. Pure. */
import { serialiseDnsRecord } from '../../formats/dns-record.ts';
import type { Answers } from '../../model/answers.ts';
import type { DecidedDomain } from '../../model/relay-cluster/arbitration.ts';
import { isRelayed } from '../../model/relay-cluster/verification.ts';
import type { Cluster } from '../../model/relay-cluster/model.ts';
import type { PlannedPublication } from '../planned.ts';
import { digestOf } from '../digest.ts';
import { monitorParameters } from '../monitor.ts';
import { nodesWith, trustedFingerprints } from './in-force.ts';
import type { ReadyNode } from './ready-nodes.ts';
import { readyNodes } from './ready-nodes.ts';

const outboundPort = '10587';
const takenError = 'this domain has already been claimed';
const unverifiedError =
  'Your domain has not yet passed our domain verification:\n' +
  'please set MX records pointing to this mail relay cluster';

export function planClusterPublications(cluster: Cluster, answers: Answers): PlannedPublication[] {
  const nodes = readyNodes(cluster, answers);
  // Computed once: they are the same for all domains, of which there may be very many.
  const nodeParameters: NodeParameters = {
    nodes,
    fingerprints: nodes.flatMap(({ fingerprints }) => fingerprints),
    spfMechanisms: nodes.map(({ ipv6 }) => `ip6:${ipv6} `).join(''),
  };
  return [
    publication('', {
      ...instanceParameters(cluster, nodes),
      ...monitorParameters(cluster.place, answers, cluster.secrets['monitor-password']),
    }),
    ...cluster.domains.flatMap((decided) => {
      const { claim, problem, record } = decided;
      // The domain of a refused request may be another's by now: the request gets its own problem, below.
      if (problem !== null && record === null) return [];
      const parameters = domainParameters(cluster, nodeParameters, decided);
      const refusal = problem === null ? {} : { domain: claim.domain, error: problem };
      // Until it works, what was published before goes on.
      if (parameters === null && problem === null) return [];
      return [publication(claim.reference, { ...parameters, ...refusal })];
    }),
    ...cluster.refused.map(({ reference, domain, error }) =>
      publication(reference, { ...(domain === null ? {} : { domain }), error }),
    ),
  ];
}

function instanceParameters(cluster: Cluster, nodes: readonly ReadyNode[]): Record<string, unknown> {
  const accepted = cluster.domains.filter(({ state }) => isRelayed(state));
  return {
    'relay-hosts': nodes.map(({ ipv6 }) => ipv6),
    'backend-domains': accepted
      .map(({ claim }) => claim.domain)
      .sort()
      .join('\n'),
    errors: cluster.errors,
  };
}

interface NodeParameters {
  nodes: readonly ReadyNode[];
  fingerprints: readonly string[];
  spfMechanisms: string;
}

/** Null while what it says is not in force yet on the nodes that it names. */
function domainParameters(
  cluster: Cluster,
  { nodes, fingerprints, spfMechanisms }: NodeParameters,
  decided: DecidedDomain,
): Record<string, unknown> | null {
  const { claim, state, record, proof } = decided;
  const { domain } = claim;
  const entries = { 'dns-entries': dnsEntries(cluster, domain) };
  const verificationEntry = {
    'verification-entry': serialiseDnsRecord({ name: domain, type: 'TXT', text: proof }),
  };
  switch (state.kind) {
    case 'taken':
      return { domain, ...(state.isOpen ? { ...entries, ...verificationEntry } : {}), error: takenError };
    case 'unusable':
      return {};
    case 'dns-error':
      return { domain, error: state.reason };
    case 'unverified':
      return { domain, ...entries, ...verificationEntry, error: unverifiedError };
    case 'accepted': {
      const named = namedNodes(cluster, nodes, decided);
      if (named === null) return null;
      const trusted = claim.authentication === 'fingerprint' ? trustedFingerprints(named, decided) : null;
      return {
        ...entries,
        // RFC 7208: the nodes' addresses may send for the domain.
        'spf-entry': serialiseDnsRecord({
          name: domain,
          type: 'TXT',
          text: `v=spf1 ${spfMechanisms}mx ~all`,
        }),
        'tls-fingerprints': fingerprints,
        ...outboundHosts(cluster, named),
        'outbound-has-proxy': cluster.deliveryServices.has(domain),
        ...(claim.authentication === 'password' && record?.password
          ? { 'outbound-user': domain, 'outbound-password': record.password }
          : {}),
        ...(trusted === null ? {} : { applied: { fingerprints: trusted } }),
      };
    }
  }
}

/** The nodes that an accepted domain's answer names. Where one name stands for all nodes, the domain must work on all. */
function namedNodes(
  { relayDomain }: Cluster,
  nodes: readonly ReadyNode[],
  decided: DecidedDomain,
): readonly ReadyNode[] | null {
  const named = nodesWith(nodes, decided);
  const isEnough = relayDomain === null ? named.length > 0 : named.length === nodes.length;
  return isEnough || nodes.length === 0 ? named : null;
}

/** Accepted domains whose answer waits for nodes, one sentence for each of these. */
export function waitingDomains(cluster: Cluster, answers: Answers): string[] {
  const nodes = readyNodes(cluster, answers);
  const waiting = cluster.domains.filter(
    (decided) => isRelayed(decided.state) && namedNodes(cluster, nodes, decided) === null,
  );
  return nodes.flatMap((node) => {
    const missing = waiting.filter((decided) => nodesWith([node], decided).length === 0);
    const [first] = missing;
    if (first === undefined) return [];
    const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
    return `node ${node.name} has not applied ${first.claim.domain}${more} yet, which waits for it; process it, or see why it fails`;
  });
}

function outboundHosts({ relayDomain }: Cluster, nodes: readonly ReadyNode[]): Record<string, unknown> {
  const [first] = nodes;
  if (first === undefined) return {};
  const portOf = ({ submissionPort }: ReadyNode) => submissionPort ?? outboundPort;
  return {
    'outbound-host': relayDomain ?? first.ipv6,
    // Only one port is published: nodes that listen on another are left out.
    'outbound-hosts': nodes.filter((node) => portOf(node) === portOf(first)).map(({ ipv6 }) => ipv6),
    'outbound-smtp-port': portOf(first),
  };
}

/** One line for each node that has a host name. */
function dnsEntries({ nodes }: Cluster, domain: string): string {
  return nodes
    .flatMap(({ fqdn }) => fqdn ?? [])
    .map((exchange) => serialiseDnsRecord({ name: domain, type: 'MX', preference: 10, exchange }))
    .join('\n');
}

function publication(target: string, parameters: Record<string, unknown>): PlannedPublication {
  const error = parameters['error'];
  return {
    target,
    parameters,
    digest: digestOf(parameters),
    ...(typeof error === 'string' && target !== '' ? { error } : {}),
  };
}
