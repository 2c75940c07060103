/** The nodes that a cluster requests, each with its parameters. Pure; stage 4 sends the requests. */
import type { Answers, RelationRequest } from '../../model/answers.ts';
import { trustedByAll } from '../../model/applied.ts';
import { isRelayed } from '../../model/relay-cluster/verification.ts';
import type { Cluster } from '../../model/relay-cluster/model.ts';
import { digestOfDomain } from './in-force.ts';
import { readyNodes } from './ready-nodes.ts';

/** `answers`: those that are known by now. */
export function planNodeRequests(cluster: Cluster, answers: Answers): RelationRequest[] {
  const { place, requestedNodes, relayDomain, postmaster, domains, secrets } = cluster;
  const fqdns = requestedNodes.flatMap(({ fqdn }) => (fqdn === null ? [] : [fqdn]));
  const relayed = domains.filter(({ state }) => isRelayed(state));
  const trusted = trustedByAll(relayed.map(({ claim }) => claim.applied));
  const printsOf = new Map(
    readyNodes(cluster, answers).map(({ name, fingerprints }) => [name, fingerprints]),
  );
  const accepted = relayed
    .map((decided) => ({ ...decided, digest: digestOfDomain(decided) }))
    .map(({ claim, record, digest }) => ({
      name: claim.domain,
      'mail-server-host': claim.host,
      'mail-server-port': claim.port,
      authentication: claim.authentication,
      fingerprints: claim.fingerprints,
      ...(claim.authentication === 'password' && record?.password ? { password: record.password } : {}),
      digest,
    }))
    // The master's order means nothing, and must not make the nodes' parameters look changed.
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  return requestedNodes.map((node) => ({
    name: node.name,
    softwareUrl: node.softwareUrl ?? place.connection.softwareUrl,
    softwareType: node.softwareType,
    shared: false,
    serialisation: 'json-in-xml',
    state: node.state,
    filter: node.placement,
    parameters: {
      ...node.config,
      ...(node.fqdn === null ? {} : { fqdn: node.fqdn }),
      ...(node.inboundCertificate === null ? {} : { 'custom-inbound-certificate': node.inboundCertificate }),
      'mail-domains': accepted,
      'cluster-fqdns': fqdns,
      ...(relayDomain === null ? {} : { 'relay-domain': relayDomain }),
      ...(postmaster === null ? {} : { postmaster }),
      ...(trusted === null
        ? {}
        : {
            applied: {
              fingerprints: (printsOf.get(node.name) ?? []).filter((print) => trusted.includes(print)),
            },
          }),
      'monitor-password': secrets['monitor-password'],
    },
  }));
}
