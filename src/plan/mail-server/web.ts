/** The web server of a mail server: pages for accounts, and the monitor. Pure. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { PlannedFile } from '../planned.ts';
import { portOf } from '../endpoints.ts';
import { monitorUrl } from '../monitor.ts';
import { webServerFiles } from '../web-server.ts';
import { webUrl } from './web-address.ts';

export const webCertificate = 'etc/postfix/ssl/postfix-backend.bundle.pem';

export function webFiles(model: MailServer, answers: Answers): PlannedFile[] {
  const { place } = model;
  return webServerFiles({
    place,
    hostName: model.hostName,
    certificate: webCertificate,
    services: ['https', 'monitor'],
    monitorUrl: monitorUrl(place, answers),
    trustedProxies: model.trustedProxies,
    accounts: {
      webmailUrl: webUrl(model, answers),
      mailDomains: model.domains,
      services: Object.fromEntries(
        (['imap', 'imaps', 'smtp', 'sieve'] as const).map((service) => [
          service,
          { host: place.ipv6, port: portOf(place, service) },
        ]),
      ),
    },
  });
}
