/** The monitor, which every instance has: its addresses, and the promises that look at it from outside. Pure. */
import type { Answers, RelationRequest } from '../model/answers.ts';
import type { Place } from '../model/place.ts';
import { portOf } from './endpoints.ts';
import { frontendUrl, planFrontendRequest } from './frontends.ts';
import type { PlannedPromise } from './planned.ts';

const frontendName = 'Monitor Frontend';
/** Name of the promise that reports when nobody listens for the monitor. */
export const monitorListenPromise = 'monitor-httpd-listening-on-tcp';

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

/** `portalConfig`: absolute path. The monitor's address may be a frontend's: another instance's text, which no profile may hold. */
export function monitorPromises(place: Place, portalConfig: string): PlannedPromise[] {
  const page = {
    'portal-config': portalConfig,
    'expected-status': '401',
    'own-address': `[${place.ipv6}]:${portOf(place, 'monitor')}`,
    'listen-promise': monitorListenPromise,
  };
  return [
    { name: 'monitor-http-frontend', module: 'portal_answers', config: page },
    {
      name: 'check-monitor-frontend-password',
      module: 'portal_answers',
      config: {
        ...page,
        'secrets-file': `${place.partition}/srv/ledger/current/secrets`,
        secret: 'monitor-password',
        'open-promise': 'monitor-http-frontend',
      },
    },
  ];
}
