/** Log rotation, cron, and the saved connection to the master. Pure. */
import type { Place } from '../../model/place.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';

export interface LogFile {
  path: string;
  /** `copytruncate`, or a shell command that makes the daemon open its log again. */
  afterwards: 'copytruncate' | { command: string };
}

export const maintenanceFolders: readonly PlannedFolder[] = [
  ...['etc', 'etc/service', 'etc/plugin', 'etc/run', 'etc/cron.d', 'bin', 'libexec'].map((path) => ({
    path,
    mode: 0o750,
  })),
  ...['var', 'var/log', 'var/run', 'var/lib', 'var/tmp', 'srv', 'srv/backup', 'srv/backup/logrotate'].map(
    (path) => ({
      path,
      mode: 0o750,
    }),
  ),
];

export function maintenanceFiles(place: Place, logs: readonly LogFile[]): PlannedFile[] {
  const { partition, programs } = place;
  return [
    {
      path: 'etc/connection.json',
      mode: 0o600,
      body: { text: `${JSON.stringify(place.connection, null, 2)}\n` },
    },
    {
      path: 'etc/logrotate.conf',
      mode: 0o600,
      body: {
        template: 'shared/logrotate.conf.hbs',
        context: {
          backupFolder: `${partition}/srv/backup/logrotate`,
          xz: programs['xz'],
          logs: logs.map(({ path, afterwards }) => ({
            path: `${partition}/${path}`,
            copytruncate: afterwards === 'copytruncate',
            command: afterwards === 'copytruncate' ? '' : afterwards.command,
          })),
        },
      },
    },
    {
      path: 'libexec/start-crond',
      mode: 0o700,
      restart: 'crond',
      body: {
        template: 'shared/start-generator.hbs',
        context: {
          node: programs['node'],
          bundle: `${place.release}/slapos-mail.mjs`,
          pidFile: `${partition}/var/run/crond.pid`,
          arguments: `crond --directory ${partition}/etc/cron.d --log ${partition}/var/log/crond.log`,
        },
      },
    },
  ];
}

/** Sends `signal` to the process that a pid file names, if there is one. */
export function signalByPidFile(pidFile: string, signal: string): string {
  return `test ! -s ${pidFile} || kill -${signal} $(cat ${pidFile})`;
}
