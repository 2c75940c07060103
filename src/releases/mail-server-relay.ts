/** The software release `mail-server-relay`: a cluster, and its nodes. */
import { buildCluster } from '../model/relay-cluster/cluster.ts';
import { monitorPorts } from '../model/place.ts';
import { buildRelayNode, relayPorts } from '../model/relay-node/relay-node.ts';
import { clusterCertificate, planCluster } from '../plan/relay-cluster/plan.ts';
import { planNodeRequests } from '../plan/relay-cluster/requests.ts';
import { planRelayNode } from '../plan/relay-node/plan.ts';
import { certificateFolder, type RelayService } from '../plan/relay-node/postfix.ts';
import { planMonitorFrontend } from '../plan/monitor.ts';
import { postfixPrograms } from '../plan/postfix-service.ts';
import { webPrograms } from '../plan/web-server.ts';
import type { Facts, ReleaseDefinition } from './definition.ts';
import { validateClusterRequest } from '../validate/relay-cluster/request.ts';
import { validateRelayRequest } from '../validate/relay-node/request.ts';

export const relayCluster: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['cluster'],
  programs: ['node', 'openssl', 'logrotate', 'xz', ...webPrograms],
  ports: monitorPorts,
  listener: () => 'apache',
  certificates: { ...clusterCertificate, servedBy: ['apache'] },
  validate: (requested) => {
    const request = validateClusterRequest(requested);
    const build = ({ ledger, place, outside, seed }: Facts) =>
      buildCluster(request, ledger, place, outside, seed);
    return {
      refused: request.refused,
      lookups: ({ domains }) => {
        const refused = new Set(request.refused.map(({ reference }) => reference));
        const kept = domains.filter(({ reference }) => refused.has(reference));
        return [...new Set([...request.claims, ...kept].map(({ domain }) => domain))];
      },
      requests: (facts) => [...planNodeRequests(build(facts)), planMonitorFrontend(facts.place)],
      plan: (facts) => planCluster(build(facts), facts.outside.answers, facts.ledger),
    };
  },
};

export const relayNode: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['relay'],
  programs: [...postfixPrograms, 'qshape', 'dovecot', 'postgrey', 'policyd-spf', ...webPrograms],
  ports: { ...relayPorts, ...monitorPorts },
  listener: (service) => (service === 'monitor' ? 'apache' : `${service as RelayService}-postfix`),
  certificates: {
    folder: certificateFolder,
    name: 'postfix',
    servedBy: ['inbound-postfix', 'outbound-postfix', 'apache'],
  },
  validate: (requested) => {
    const input = validateRelayRequest(requested);
    return {
      refused: [],
      lookups: () => [],
      requests: ({ place }) => [planMonitorFrontend(place)],
      plan: ({ ledger, place, seed, outside }) =>
        planRelayNode(buildRelayNode(input, ledger, place, seed), outside.answers, ledger),
    };
  },
};
