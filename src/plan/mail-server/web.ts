/** The account portal and Apache in front of it. Pure. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import { listenAddresses, portOf } from '../shared/endpoints.ts';
import { generatorService } from '../shared/maintenance.ts';
import { webUrl } from './addresses.ts';

export const webFolders: readonly PlannedFolder[] = [
  { path: 'etc/apache', mode: 0o750 },
  { path: 'var/run/apache', mode: 0o700 },
];

export const portalSocket = 'var/run/portal.sock';

export function webFiles(model: MailServer, answers: Answers): PlannedFile[] {
  const { place } = model;
  const { partition } = place;
  const listen = (service: 'https' | 'monitor') =>
    listenAddresses(place, service).map((address) =>
      address.includes(':')
        ? `[${address}]:${portOf(place, service)}`
        : `${address}:${portOf(place, service)}`,
    );
  return [
    {
      path: 'etc/apache/httpd.conf',
      mode: 0o600,
      reload: 'apache',
      body: {
        template: 'mail-server/httpd.conf.hbs',
        context: {
          partition,
          hostName: model.hostName,
          modules: place.programs['apache-modules'],
          certificate: `${partition}/etc/postfix/ssl/postfix-backend.bundle.pem`,
          portalSocket: `${partition}/${portalSocket}`,
          https: listen('https'),
          monitor: listen('monitor'),
        },
      },
    },
    {
      path: 'libexec/start-apache',
      mode: 0o700,
      restart: 'apache',
      body: {
        template: 'mail-server/start-apache.hbs',
        context: { apache: place.programs['apache'], configuration: `${partition}/etc/apache/httpd.conf` },
      },
    },
    { path: 'etc/portal.json', mode: 0o600, body: { text: portalConfig(model, answers) } },
    generatorService(place, 'portal', `portal --config ${partition}/etc/portal.json`),
  ];
}

/** The portal looks at the file by itself when it changes. */
function portalConfig(model: MailServer, answers: Answers): string {
  const { place } = model;
  const config = {
    partition: place.partition,
    socket: `${place.partition}/${portalSocket}`,
    log: `${place.partition}/var/log/portal.log`,
    title: model.hostName,
    'webmail-url': webUrl(model, answers),
    'mail-domains': model.domains,
    services: Object.fromEntries(
      (['imap', 'imaps', 'smtp', 'sieve'] as const).map((service) => [
        service,
        { host: place.ipv6, port: portOf(place, service) },
      ]),
    ),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
