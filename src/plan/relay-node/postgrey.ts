/** Greylisting of unknown clients. Pure. */
import { serialisePostgreyList } from '../../formats/postgrey-list.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import type { Part, Service } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import { inboundPostfix } from './postfix-pair.ts';

/** Asked by the inbound Postfix. */
export const postgreySocket = 'var/run/postgrey.sock';

const postgrey: Service = {
  name: 'postgrey',
  programs: ['postgrey'],
  ports: {},
  sockets: { postgrey: postgreySocket },
  pidFile: 'var/run/postgrey.pid',
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  // It logs to syslog only, which no partition has: what comes of it is seen where Postfix asks.
  log: inboundPostfix.log,
  logRotation: [],
};

export const postgreyPart: Part<RelayNode> = {
  services: [postgrey],
  contribute: (node) => ({
    folders: [{ path: 'var/lib/postgrey', mode: 0o700 }],
    files: postgreyFiles(node),
  }),
};

function postgreyFiles({ place, greylisting, hostName }: RelayNode): PlannedFile[] {
  const { partition, user, programs } = place;
  return [
    {
      path: 'etc/postgrey-clients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: serialisePostgreyList(greylisting.exceptions.clients) },
    },
    {
      path: 'etc/postgrey-recipients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: serialisePostgreyList(greylisting.exceptions.recipients) },
    },
    {
      path: 'libexec/start-postgrey',
      mode: 0o700,
      restart: 'postgrey',
      body: {
        template: 'mail-server-relay/start-postgrey.hbs',
        context: {
          postgrey: programs['postgrey'],
          socket: `${partition}/${postgreySocket}`,
          pidFile: `${partition}/${postgrey.pidFile}`,
          databaseFolder: `${partition}/var/lib/postgrey`,
          user: user.name,
          group: user.group,
          hostName,
          delay: greylisting.delay,
          whitelistClients: `${partition}/etc/postgrey-clients`,
          whitelistRecipients: `${partition}/etc/postgrey-recipients`,
        },
      },
    },
  ];
}
