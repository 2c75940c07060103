/** The software release `mail-server`. */
import { buildMailServer, mailServerSettings } from '../model/mail-server/mail-server.ts';
import { mailServerPorts } from '../model/place.ts';
import type { Daemon } from '../plan/planned.ts';
import { planMailServer } from '../plan/mail-server/plan.ts';
import { postfixPrograms } from '../plan/postfix-service.ts';
import { webPrograms } from '../plan/web-server.ts';
import { planRequests } from '../plan/mail-server/requests.ts';
import type { ReleaseDefinition } from './definition.ts';
import { validateMailServerRequest } from '../validate/mail-server/request.ts';

const listeners: Readonly<Record<string, Daemon>> = {
  smtp: 'postfix',
  https: 'apache',
  monitor: 'apache',
  'auth-policy': 'mail-policy',
};

export const mailServer: ReleaseDefinition = {
  release: 'mail-server',
  softwareTypes: ['default', 'RootSoftwareInstance', 'default-ors'],
  programs: [
    ...postfixPrograms,
    'dovecot',
    'doveadm',
    'dovecot-imap',
    'dovecot-lmtp',
    'dovecot-managesieve',
    'dovecot-sieve-plugin',
    ...webPrograms,
  ],
  ports: mailServerPorts,
  listener: (service) => listeners[service] ?? 'dovecot',
  certificates: {
    folder: 'etc/postfix/ssl',
    name: 'postfix-backend',
    servedBy: ['postfix', 'dovecot', 'apache'],
  },
  validate: (requested) => {
    const request = validateMailServerRequest(requested);
    return {
      refused: request.refused,
      lookups: () => [],
      requests: ({ place }) => planRequests(mailServerSettings(request, place)),
      plan: ({ ledger, place, seed, outside }) =>
        planMailServer(buildMailServer(request, ledger, place, seed), outside.answers, ledger, seed),
    };
  },
};
