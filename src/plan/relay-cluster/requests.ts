/** The nodes that a cluster requests, each with its parameters. Pure; stage 4 sends the requests. */
import type { RelationRequest } from '../../model/answers.ts';
import { isRelayed } from '../../model/relay-cluster/verification.ts';
import type { Cluster } from '../../model/relay-cluster/model.ts';

export function planNodeRequests(cluster: Cluster): RelationRequest[] {
  const { place, requestedNodes, domains, secrets } = cluster;
  const fqdns = requestedNodes.flatMap(({ fqdn }) => (fqdn === null ? [] : [fqdn]));
  const accepted = domains
    .filter(({ state }) => isRelayed(state))
    .map(({ claim, record }) => ({
      name: claim.domain,
      'mail-server-host': claim.host,
      'mail-server-port': claim.port,
      authentication: claim.authentication,
      fingerprints: claim.fingerprints,
      ...(claim.authentication === 'password' && record?.password ? { password: record.password } : {}),
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
      'monitor-password': secrets['monitor-password'],
    },
  }));
}
