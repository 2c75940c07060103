/** Apache, the one front of everything that is seen in a browser: TLS, and a proxy to the portal. Pure. */
import type { Place } from '../model/place.ts';
import { listenAddresses, portOf } from './endpoints.ts';
import type { WebService } from './frontends.ts';
import type { Part, PlannedInstance, Port, Service } from './part.ts';
import type { PlannedFile } from './planned.ts';
import { certificateServed } from './promises.ts';
import { monitorListenPromise } from './monitor.ts';
import { portalSocket } from './portal.ts';
import { tlsForPeople } from './tls.ts';

/** `https` serves the accounts' pages, `monitor` the monitor. */
const ports: Readonly<Record<WebService, Port>> = {
  https: { canonical: 8081, promise: 'apache-httpd-port-listening' },
  monitor: { canonical: 8196, promise: monitorListenPromise },
};

export interface ApacheOptions<Instance> {
  /** What it serves, each on a port of its own. The first one's certificate is watched. */
  services: readonly [WebService, ...WebService[]];
  /** The certificate pair that it shows: base name, and its bundle relative to the partition. */
  certificate: { name: string; bundle: string };
  /** Addresses and networks of frontends whose word about their clients (`X-Forwarded-For`) is believed; none unless said. */
  trustedProxies?: (instance: Instance) => readonly string[];
}

export function apachePart<Instance extends PlannedInstance>({
  services,
  certificate,
  trustedProxies = () => [],
}: ApacheOptions<Instance>): Part<Instance> {
  const apache: Service = {
    name: 'apache',
    programs: ['apache', 'apache-modules', 'apache-qos', 'apache-qos-pcre'],
    ports: Object.fromEntries(services.map((service) => [service, ports[service]])),
    sockets: {},
    pidFile: 'var/run/apache.pid',
    // In Apache's own words "graceful" and "graceful-stop": no connection is cut.
    signals: { reload: 'SIGUSR1', stop: 'SIGWINCH' },
    log: 'var/log/apache-error.log',
    logRotation: [{ path: 'var/log/apache-*.log', method: 'USR1' }],
    certificate: certificate.name,
  };
  return {
    services: [apache],
    contribute: (instance) => ({
      folders: [
        { path: 'etc/apache', mode: 0o750 },
        { path: 'var/run/apache', mode: 0o700 },
      ],
      files: apacheFiles(instance, {
        services,
        bundle: `${instance.place.partition}/${certificate.bundle}`,
        trustedProxies: trustedProxies(instance),
      }),
      promises: [
        certificateServed('web_certificate_served', instance.place, {
          port: services[0],
          protocol: 'tls',
          bundle: certificate.bundle,
          listenPromise: webListenPromise(services[0]),
        }),
      ],
    }),
  };
}

/** Name of the promise that reports when nobody listens for `service`. */
export function webListenPromise(service: WebService): string {
  return ports[service].promise;
}

function apacheFiles(
  { place, hostName }: PlannedInstance,
  options: { services: readonly WebService[]; bundle: string; trustedProxies: readonly string[] },
): PlannedFile[] {
  const { services, bundle, trustedProxies } = options;
  const { partition, programs } = place;
  const sockets = (service: WebService) => (services.includes(service) ? socketsOf(place, service) : []);
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
          modules: programs['apache-modules'],
          certificate: bundle,
          tls: { versions: tlsForPeople.versions, suites: tlsForPeople.suites },
          portalSocket: `${partition}/${portalSocket}`,
          https: sockets('https'),
          monitor: sockets('monitor'),
          servesAccounts: services.includes('https'),
          trustedProxies,
          qos: programs['apache-qos'],
          pcre: programs['apache-qos-pcre'],
          // mod_qos makes exceptions for addresses, not for networks: what comes from one may all be one frontend's.
          limitsClients: !trustedProxies.some((each) => each.includes('/')),
          // Apache's mod_remoteip believes everybody when it is told of nobody.
          trustsProxies: trustedProxies.length > 0,
        },
      },
    },
    {
      path: 'libexec/start-apache',
      mode: 0o700,
      restart: 'apache',
      body: {
        template: 'shared/start-apache.hbs',
        context: { apache: programs['apache'], configuration: `${partition}/etc/apache/httpd.conf` },
      },
    },
  ];
}

/** As Apache's `Listen` writes them. */
function socketsOf(place: Place, service: WebService): string[] {
  const port = portOf(place, service);
  return listenAddresses(place, service).map((address) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
}
