/** The monitor, which every instance of ours has: its addresses, and the promises that watch it (contract 6). Pure. */
import type { Answers, RelationRequest } from '../model/answers.ts';
import type { Place } from '../model/place.ts';
import type { PlannedPromise } from './planned.ts';
import { portOf } from './endpoints.ts';
import { frontendUrl, planFrontendRequest, type WebService } from './frontends.ts';
import { portalConfigFile, portalSocket } from './web-server.ts';

const frontendName = 'Monitor Frontend';
const listenPromise = 'monitor-httpd-listening-on-tcp';

export function planMonitorFrontend(place: Place): RelationRequest {
  return planFrontendRequest(place, frontendName, 'monitor');
}

/** Without a slash at the end: requesters append paths to it. */
export function monitorUrl(place: Place, answers: Answers): string {
  return frontendUrl(place, answers, frontendName, 'monitor').slice(0, -1);
}

/** The published keys. */
export function monitorParameters(place: Place, answers: Answers, password: string) {
  const url = monitorUrl(place, answers);
  return {
    'monitor-base-url': url,
    'monitor-setup-url':
      'https://monitor.app.officejs.com/#page=ojsm_landing' +
      `&url=${url}/public/feeds&username=admin&password=${encodeURIComponent(password)}`,
  };
}

export function monitorPromises(place: Place): PlannedPromise[] {
  const { partition } = place;
  // Its address may be a frontend's: another instance's text, which no profile may hold.
  const page = {
    'portal-config': `${partition}/${portalConfigFile}`,
    'expected-status': '401',
    'own-address': `[${place.ipv6}]:${portOf(place, 'monitor')}`,
    'listen-promise': listenPromise,
  };
  return [
    {
      name: listenPromise,
      module: 'listening',
      config: {
        host: place.ipv6,
        port: String(portOf(place, 'monitor')),
        service: 'apache',
        log: 'var/log/apache-error.log',
      },
    },
    {
      name: 'portal-socket-listening',
      module: 'listening',
      config: { socket: `${partition}/${portalSocket}`, service: 'portal', log: 'var/log/portal.log' },
    },
    {
      name: 'monitor-http-frontend',
      module: 'portal_answers',
      config: page,
    },
    {
      name: 'check-monitor-frontend-password',
      module: 'portal_answers',
      config: {
        ...page,
        'secrets-file': `${partition}/srv/ledger/current/secrets`,
        secret: 'monitor-password',
        'open-promise': 'monitor-http-frontend',
      },
    },
  ];
}

/** `certificate`: what Apache serves on the port of `service`, PEM; `listening`: the promise that reports a closed one. */
export function webCertificatePromise(
  place: Place,
  certificate: string,
  service: WebService = 'monitor',
  listening: string = listenPromise,
): PlannedPromise {
  return {
    name: 'web_certificate_served',
    module: 'certificate_served',
    config: {
      host: place.ipv6,
      port: String(portOf(place, service)),
      protocol: 'tls',
      'certificate-file': `${place.partition}/${certificate}`,
      'listen-promise': listening,
    },
  };
}
