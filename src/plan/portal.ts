/** The portal behind Apache: pages for accounts where there are some, and the monitor. Pure. */
import { type AccountPages, serialisePortalConfig } from '../daemons/portal/config.ts';
import type { Part, PlannedInstance, Service } from './part.ts';
import { monitorPromises, monitorUrl } from './monitor.ts';
import { pidFileOf, startGenerator } from './start-script.ts';

export const portalSocket = 'var/run/portal.sock';
const portalConfigFile = 'etc/portal.json';

const portal: Service = {
  name: 'portal',
  programs: ['node'],
  ports: {},
  sockets: { portal: portalSocket },
  pidFile: pidFileOf('portal'),
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/portal.log',
  logRotation: [{ path: 'var/log/portal.log', method: 'copytruncate' }],
};

/** `accountsOf`: what the portal tells about accounts; null where it has no page for them. */
export function portalPart<Instance extends PlannedInstance>(
  accountsOf: (instance: Instance) => AccountPages | null,
): Part<Instance> {
  return {
    services: [portal],
    contribute(instance) {
      const { place, hostName, answers } = instance;
      const { partition } = place;
      const config = {
        partition,
        socket: `${partition}/${portalSocket}`,
        log: `${partition}/${portal.log}`,
        title: hostName,
        monitorUrl: monitorUrl(place, answers),
        accounts: accountsOf(instance),
      };
      return {
        files: [
          // The portal looks at the file by itself when it changes.
          {
            path: portalConfigFile,
            mode: 0o600,
            body: { text: serialisePortalConfig(config) },
          },
          startGenerator(place, portal.name, `portal --config ${partition}/${portalConfigFile}`),
        ],
        promises: monitorPromises(place, `${partition}/${portalConfigFile}`),
      };
    },
  };
}
