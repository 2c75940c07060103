/** Log rotation, cron, and the saved connection to the master. Pure. */
import { serialiseCrondConfig } from '../daemons/crond/config.ts';
import type { Place } from '../model/place.ts';
import type { Daemon, PlannedFile, PlannedFolder } from './planned.ts';

/** Lines of what is missing, which a promise shows. */
export const missingFile = 'var/missing';

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
      path: 'etc/crond.json',
      mode: 0o600,
      restart: 'crond',
      body: {
        text: serialiseCrondConfig({
          directory: `${partition}/etc/cron.d`,
          log: `${partition}/var/log/crond.log`,
        }),
      },
    },
    generatorService(place, 'crond', `crond --config ${partition}/etc/crond.json`),
  ];
}

/** Start script of a program of ours; `words`: its command and options. */
export function generatorService(
  { partition, programs, release }: Place,
  daemon: Daemon,
  words: string,
): PlannedFile {
  return {
    path: `libexec/start-${daemon}`,
    mode: 0o700,
    restart: daemon,
    body: {
      template: 'shared/start-generator.hbs',
      context: {
        node: programs['node'],
        bundle: `${release}/slapos-mail.mjs`,
        pidFile: `${partition}/var/run/${daemon}.pid`,
        arguments: words,
      },
    },
  };
}

/** Sends `signal` to the process that a pid file names, if there is one. */
export function signalByPidFile(pidFile: string, signal: string): string {
  return `test ! -s ${pidFile} || kill -${signal} $(cat ${pidFile})`;
}
