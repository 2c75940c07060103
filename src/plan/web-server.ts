/** The portal and Apache in front of it: pages for accounts where there are some, and the monitor. Pure. */
import { type AccountPages, serialisePortalConfig } from '../daemons/portal/config.ts';
import type { Place } from '../model/place.ts';
import type { PlannedFile, PlannedFolder } from './planned.ts';
import { listenAddresses, portOf } from './endpoints.ts';
import type { WebService } from './frontends.ts';
import { generatorService, type LogFile, signalByPidFile } from './maintenance.ts';
import type { Profile } from './profile.ts';

export const webPrograms = ['apache', 'apache-modules'] as const;

export const webServerFolders: readonly PlannedFolder[] = [
  { path: 'etc/apache', mode: 0o750 },
  { path: 'var/run/apache', mode: 0o700 },
];

export const portalSocket = 'var/run/portal.sock';
export const portalConfigFile = 'etc/portal.json';

export interface WebServer {
  place: Place;
  /** Apache's own name, and the title of every page. */
  hostName: string;
  /** Key and certificate, relative to the partition. */
  certificate: string;
  /** `https` serves the accounts' pages, `monitor` the monitor. */
  services: readonly WebService[];
  monitorUrl: string;
  /** Addresses and networks of frontends whose word about their clients (`X-Forwarded-For`) is believed. */
  trustedProxies: readonly string[];
  /** What the portal must know about accounts; null: it has no page for them. */
  accounts: AccountPages | null;
}

export function webServerFiles(server: WebServer): PlannedFile[] {
  const { place, hostName, certificate } = server;
  const { partition } = place;
  const listen = (service: WebService) => (server.services.includes(service) ? sockets(place, service) : []);
  return [
    {
      path: 'etc/apache/httpd.conf',
      mode: 0o600,
      reload: 'apache',
      body: {
        template: 'shared/httpd.conf.hbs',
        context: {
          partition,
          hostName,
          modules: place.programs['apache-modules'],
          certificate: `${partition}/${certificate}`,
          portalSocket: `${partition}/${portalSocket}`,
          https: listen('https'),
          monitor: listen('monitor'),
          servesAccounts: server.services.includes('https'),
          trustedProxies: server.trustedProxies,
          // Apache's mod_remoteip believes everybody when it is told of nobody.
          trustsProxies: server.trustedProxies.length > 0,
        },
      },
    },
    {
      path: 'libexec/start-apache',
      mode: 0o700,
      restart: 'apache',
      body: {
        template: 'shared/start-apache.hbs',
        context: { apache: place.programs['apache'], configuration: `${partition}/etc/apache/httpd.conf` },
      },
    },
    { path: portalConfigFile, mode: 0o600, body: { text: portalConfig(server) } },
    generatorService(place, 'portal', `portal --config ${partition}/${portalConfigFile}`),
  ];
}

export function webServices({ partition }: Place): Profile['services'] {
  return {
    apache: [`${partition}/libexec/start-apache`],
    portal: [`${partition}/libexec/start-portal`],
  };
}

export function webLogs({ partition }: Place): LogFile[] {
  const apachePid = `${partition}/var/run/apache.pid`;
  return [
    { path: 'var/log/portal.log', afterwards: 'copytruncate' },
    { path: 'var/log/apache-*.log', afterwards: { command: signalByPidFile(apachePid, 'USR1') } },
  ];
}

/** As Apache's `Listen` writes them. */
function sockets(place: Place, service: WebService): string[] {
  const port = portOf(place, service);
  return listenAddresses(place, service).map((address) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
}

/** The portal looks at the file by itself when it changes. */
function portalConfig({ place, hostName, monitorUrl, accounts }: WebServer): string {
  return serialisePortalConfig({
    partition: place.partition,
    socket: `${place.partition}/${portalSocket}`,
    log: `${place.partition}/var/log/portal.log`,
    title: hostName,
    monitorUrl,
    accounts,
  });
}
