/** The web pages of a mail server: those of its accounts, and the monitor. Pure. */
import { messageSizeOf } from '../../names/message-size.ts';
import { apachePart, webListenPromise } from '../apache.ts';
import { portOf } from '../endpoints.ts';
import type { Part } from '../part.ts';
import { portalPart } from '../portal.ts';
import { certificate } from './certificate.ts';
import type { PlannedMailServer } from './instance.ts';
import { webUrl } from './web-address.ts';

const portal = portalPart<PlannedMailServer>(({ place, answers, domains, clientHost, messageSizeLimit }) => ({
  webmailUrl: webUrl(place, answers),
  messageSize: messageSizeOf(messageSizeLimit),
  mailDomains: domains,
  services: Object.fromEntries(
    (['imap', 'imaps', 'smtp', 'sieve'] as const).map((port) => [
      port,
      { host: clientHost ?? place.ipv6, port: portOf(place, port) },
    ]),
  ),
}));

export const webParts: readonly Part<PlannedMailServer>[] = [
  apachePart<PlannedMailServer>({
    services: ['https', 'monitor'],
    certificate,
    trustedProxies: (server) => server.trustedProxies,
  }),
  portal,
  {
    services: [],
    contribute: ({ place }) => ({
      promises: [
        {
          name: 'portal-answers',
          module: 'portal_answers',
          config: {
            url: `https://[${place.ipv6}]:${portOf(place, 'https')}/health`,
            'listen-promise': webListenPromise('https'),
          },
        },
      ],
    }),
  },
];
