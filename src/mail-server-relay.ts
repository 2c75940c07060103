/** The software release `mail-server-relay`: a cluster, and its nodes. */
import { buildCluster } from './model/mail-server-relay/cluster.ts';
import { buildRelayNode, relayPorts } from './model/mail-server-relay/relay-node.ts';
import { planCluster } from './plan/mail-server-relay/cluster-plan.ts';
import { planNodeRequests } from './plan/mail-server-relay/cluster-requests.ts';
import { planRelayNode } from './plan/mail-server-relay/relay-plan.ts';
import { certificateFolder } from './plan/mail-server-relay/relay-postfix.ts';
import { postfixPrograms } from './plan/shared/postfix-service.ts';
import type { Facts, ReleaseDefinition } from './release-definition.ts';
import { validateClusterRequest } from './validate/mail-server-relay/cluster-request.ts';
import { validateRelayRequest } from './validate/mail-server-relay/relay-request.ts';

export const relayCluster: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['cluster'],
  programs: ['node', 'logrotate', 'xz'],
  ports: {},
  listener: () => 'crond',
  certificates: null,
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
      requests: (facts) => planNodeRequests(build(facts)),
      plan: (facts) => planCluster(build(facts), facts.outside.answers, facts.ledger),
    };
  },
};

export const relayNode: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['relay'],
  programs: [...postfixPrograms, 'dovecot', 'postgrey', 'policyd-spf'],
  ports: relayPorts,
  listener: (service) => (service === 'inbound' ? 'inbound-postfix' : 'outbound-postfix'),
  certificates: {
    folder: certificateFolder,
    name: 'postfix',
    servedBy: ['inbound-postfix', 'outbound-postfix'],
  },
  validate: (requested) => {
    const input = validateRelayRequest(requested);
    return {
      refused: [],
      lookups: () => [],
      requests: () => [],
      plan: ({ ledger, place, seed }) => planRelayNode(buildRelayNode(input, ledger, place, seed), ledger),
    };
  },
};
