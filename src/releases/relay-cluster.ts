/** The software release `mail-server-relay`: a cluster. */
import type { Facts } from '../model/facts.ts';
import { buildCluster } from '../model/relay-cluster/model.ts';
import { identity, clusterNeeds } from '../model/relay-cluster/needs.ts';
import { programsOf, servicesOf } from '../plan/assemble.ts';
import { planMonitorFrontend } from '../plan/monitor.ts';
import { clusterParts, planCluster } from '../plan/relay-cluster/plan.ts';
import { planNodeRequests } from '../plan/relay-cluster/requests.ts';
import { validateClusterRequest } from '../validate/relay-cluster/request.ts';
import type { ReleaseDefinition } from './definition.ts';
import { sharedInstances } from './requests.ts';

export const relayCluster: ReleaseDefinition = {
  release: 'mail-server-relay',
  softwareTypes: ['cluster'],
  certificate: identity,
  requests: sharedInstances,
  validate: (requested) => {
    const request = validateClusterRequest(requested);
    const build = (facts: Facts) => buildCluster(request, facts);
    return {
      refused: request.refused,
      services: servicesOf(clusterParts),
      programs: programsOf(clusterParts),
      lookups: ({ domains }) => {
        const refused = new Set(request.refused.map(({ reference }) => reference));
        const kept = domains.filter(({ reference }) => refused.has(reference));
        return [...new Set([...request.claims, ...kept].map(({ domain }) => domain))];
      },
      needs: clusterNeeds,
      requests: (facts) => [
        ...planNodeRequests(build(facts), facts.outside.answers),
        planMonitorFrontend(facts.place),
      ],
      plan: (facts) => planCluster(build(facts), facts.outside.answers, facts.ledger),
    };
  },
};
