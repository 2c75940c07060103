/** The software release `mail-server-relay`: one node of a cluster. */
import { buildRelayNode } from '../model/relay-node/model.ts';
import { identity, relayNodeNeeds } from '../model/relay-node/needs.ts';
import { programsOf, servicesOf } from '../plan/assemble.ts';
import { planMonitorFrontend } from '../plan/monitor.ts';
import { planRelayNode, relayNodeParts } from '../plan/relay-node/plan.ts';
import { validateRelayRequest } from '../validate/relay-node/request.ts';
import type { ReleaseDefinition } from './definition.ts';
import { mailDomains } from './requests.ts';

export const relayNode: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['relay'],
  certificate: identity,
  requests: mailDomains,
  validate: (requested) => {
    const input = validateRelayRequest(requested);
    return {
      refused: [],
      services: servicesOf(relayNodeParts),
      programs: programsOf(relayNodeParts),
      lookups: () => [],
      needs: (facts) => relayNodeNeeds(input, facts),
      requests: ({ place }) => [planMonitorFrontend(place)],
      plan: (facts) => planRelayNode(buildRelayNode(input, facts), facts.outside.answers, facts.ledger),
    };
  },
};
