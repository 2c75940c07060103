/** The software release `mail-server`. */
import { buildMailServer, mailServerSettings } from '../model/mail-server/model.ts';
import { identity, mailServerNeeds } from '../model/mail-server/needs.ts';
import { programsOf, servicesOf } from '../plan/assemble.ts';
import { mailServerParts, planMailServer } from '../plan/mail-server/plan.ts';
import { planRequests } from '../plan/mail-server/requests.ts';
import { validateMailServerRequest } from '../validate/mail-server/request.ts';
import type { ReleaseDefinition } from './definition.ts';
import { sharedInstances } from './requests.ts';

export const mailServer: ReleaseDefinition = {
  release: 'mail-server',
  softwareTypes: ['default', 'RootSoftwareInstance', 'default-ors'],
  certificate: identity,
  requests: sharedInstances,
  validate: (requested) => {
    const request = validateMailServerRequest(requested);
    return {
      refused: request.refused,
      services: servicesOf(mailServerParts),
      programs: programsOf(mailServerParts),
      lookups: () => [],
      needs: (facts) => mailServerNeeds(request.parameters, facts),
      requests: ({ place, provided, outside: { answers } }) =>
        planRequests(mailServerSettings(request, place, provided), answers),
      plan: (facts) =>
        planMailServer(buildMailServer(request, facts), facts.outside.answers, facts.ledger, facts.seed),
    };
  },
};
