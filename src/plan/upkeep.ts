/** What every instance has whatever it serves: its folders, the generator's tools, cron and log rotation. Pure. */
import { serialiseCrondConfig } from '../daemons/crond/config.ts';
import type { Place } from '../model/place.ts';
import type { CronJob, Part, Service } from './part.ts';
import type { PlannedFolder, PlannedPromise } from './planned.ts';
import { pidFileOf, startGenerator } from './start-script.ts';

/** Lines of what is missing, which a promise shows. */
export const missingFile = 'var/missing';

/** Why publications wait; written when they are sent. */
const unpublishedFile = 'var/unpublished';

const folders: readonly PlannedFolder[] = [
  ...['etc', 'etc/service', 'etc/plugin', 'etc/run', 'etc/cron.d', 'bin', 'libexec'],
  ...['var', 'var/log', 'var/run', 'var/lib', 'var/tmp', 'srv', 'srv/backup', 'srv/backup/logrotate'],
].map((path) => ({ path, mode: 0o750 }));

const crondConfigFile = 'etc/crond.json';

const crond: Service = {
  name: 'crond',
  programs: ['node'],
  ports: {},
  sockets: {},
  pidFile: pidFileOf('crond'),
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/crond.log',
  logRotation: [{ path: 'var/log/crond.log', method: 'copytruncate' }],
};

/** Debian has no cron daemon that runs unprivileged, so the generator is one. */
export const upkeepPart: Part<{ place: Place }> = {
  services: [crond],
  programs: ['openssl', 'logrotate', 'xz'],
  contribute({ place }) {
    const { partition, programs, release, connection } = place;
    const generator = [programs['node'] ?? 'node', `${release}/slapos-mail.mjs`];
    const state = `${partition}/var/lib/logrotate.state`;
    return {
      folders,
      files: [
        {
          path: 'etc/connection.json',
          mode: 0o600,
          body: { text: `${JSON.stringify(connection, null, 2)}\n` },
        },
        {
          path: crondConfigFile,
          mode: 0o600,
          restart: crond.name,
          body: {
            text: serialiseCrondConfig({
              directory: `${partition}/etc/cron.d`,
              log: `${partition}/${crond.log}`,
            }),
          },
        },
        startGenerator(place, crond.name, `crond --config ${partition}/${crondConfigFile}`),
      ],
      tools: {
        'postfix-certificate-rotate': {
          command: [...generator, 'rotate-certificate', '--partition', partition],
        },
        'slapos-mail': { command: generator },
      },
      promises: upkeepPromises(place),
      cron: {
        logrotate: {
          times: '23 2 * * *',
          command: [programs['logrotate'] ?? 'logrotate', '-s', state, `${partition}/etc/logrotate.conf`],
        },
      },
    };
  },
};

/** Certificates that other servers know by fingerprint are replaced every week. */
export const certificateRotationPart: Part<{ place: Place }> = {
  services: [],
  contribute: ({ place: { partition } }) => ({
    cron: {
      'rotate-certificate': {
        times: '17 3 * * 0',
        command: [`${partition}/bin/postfix-certificate-rotate`],
      } satisfies CronJob,
    },
  }),
};

function upkeepPromises({ partition, connection: { partitionId } }: Place): PlannedPromise[] {
  return [
    {
      name: `buildout-${partitionId}-status`,
      module: 'partition_processed',
      config: { 'error-log': `${partition}/.slapgrid-${partitionId}-error.log` },
    },
    {
      name: 'publications-sent',
      module: 'publications_sent',
      config: {
        outbox: `${partition}/srv/ledger/current/outbox`,
        'reason-file': `${partition}/${unpublishedFile}`,
      },
    },
    {
      name: 'crond-running',
      module: 'process_running',
      config: {
        'pid-file': `${partition}/${crond.pidFile}`,
        'command-part': `${partition}/${crondConfigFile}`,
        service: crond.name,
        log: crond.log,
      },
    },
    {
      name: 'check-free-disk-space',
      module: 'free_disk',
      config: { folder: partition, 'min-mebibytes': '1000', 'min-percent': '2' },
    },
  ];
}
