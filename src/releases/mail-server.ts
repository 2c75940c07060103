/** The software release `mail-server`. */
import { buildMailServer, mailServerSettings } from '../model/mail-server/mail-server.ts';
import { programsOf, servicesOf } from '../plan/assemble.ts';
import { certificate } from '../plan/mail-server/certificate.ts';
import { mailServerParts, planMailServer } from '../plan/mail-server/plan.ts';
import { planRequests } from '../plan/mail-server/requests.ts';
import { validateMailServerRequest } from '../validate/mail-server/request.ts';
import type { ReleaseDefinition } from './definition.ts';

export const mailServer: ReleaseDefinition = {
  release: 'mail-server',
  softwareTypes: ['default', 'RootSoftwareInstance', 'default-ors'],
  certificates: certificate,
  validate: (requested) => {
    const request = validateMailServerRequest(requested);
    return {
      refused: request.refused,
      services: servicesOf(mailServerParts),
      programs: programsOf(mailServerParts),
      lookups: () => [],
      requests: ({ place }) => planRequests(mailServerSettings(request, place)),
      plan: ({ ledger, place, seed, outside }) =>
        planMailServer(buildMailServer(request, ledger, place, seed), outside.answers, ledger, seed),
    };
  },
};
