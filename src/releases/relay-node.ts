/** The software release `mail-server-relay`: one node of a cluster. */
import { buildRelayNode } from '../model/relay-node/relay-node.ts';
import { programsOf, servicesOf } from '../plan/assemble.ts';
import { planMonitorFrontend } from '../plan/monitor.ts';
import { certificate } from '../plan/relay-node/certificates.ts';
import { planRelayNode, relayNodeParts } from '../plan/relay-node/plan.ts';
import { validateRelayRequest } from '../validate/relay-node/request.ts';
import type { ReleaseDefinition } from './definition.ts';

export const relayNode: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['relay'],
  certificates: certificate,
  validate: (requested) => {
    const input = validateRelayRequest(requested);
    return {
      refused: [],
      services: servicesOf(relayNodeParts),
      programs: programsOf(relayNodeParts),
      lookups: () => [],
      requests: ({ place }) => [planMonitorFrontend(place)],
      plan: ({ ledger, place, seed, outside }) =>
        planRelayNode(buildRelayNode(input, ledger, place, seed), outside.answers, ledger),
    };
  },
};
