/** Limits of log-ins to a Dovecot: it asks a policy process of the same partition before each, and reports its outcome. Pure. */
import type { LogInConfig, LogInLimits } from '../daemons/kit/log-in-config.ts';
import type { Place } from '../model/place.ts';
import type { Service } from './part.ts';
import type { PlannedFile, PlannedFolder } from './planned.ts';

/**
 * Dovecot asks by HTTP over TCP only, and a port of this machine is anybody's: socket_wrapper(1) has its `auth` processes
 * connect to a unix socket of this folder instead, which is named after the address and the port (`T`, TCP over IPv4;
 * 0A, 127.0.0.10; 0001, the port). Without the library they would meet a port that no user may listen on.
 */
const folder = 'var/run/log-ins';
const url = 'http://127.0.0.10:1/';
const logInSocket = `${folder}/T0A0001`;
/** Sockets of `auth` processes that were killed. */
const leftSockets = `${folder}/T01*`;
const authScript = 'libexec/dovecot-auth';

/** Of the policy process. */
export const logInSockets: Service['sockets'] = { 'auth-policy': logInSocket };

/** What a Dovecot that asks needs. */
export const logInPrograms = ['dovecot-auth', 'socket-wrapper'] as const;

export const logInFolders: readonly PlannedFolder[] = [{ path: folder, mode: 0o700 }];

interface LogIns {
  limits: LogInLimits;
  /** Dovecot's passwd-file, absolute. */
  users: string;
}

/** What the policy process is told. */
export function logInConfig({ partition }: Place, { limits, users }: LogIns): LogInConfig {
  return { logInSocket: `${partition}/${logInSocket}`, logInLimits: limits, users };
}

/** Context of `shared/dovecot-log-ins.conf.hbs`. */
export function logInSettings({ partition }: Place, key: string) {
  return { authPolicyUrl: url, authPolicyKey: key, authScript: `${partition}/${authScript}` };
}

interface DovecotStart {
  /** Fully qualified. */
  hostName: string;
  /** Path in the partition. */
  configuration: string;
}

/** A file name has 255 characters, and Dovecot's names of messages hold up to 80 beside that of the host. */
const maxHostNameLength = 160;

/** How a Dovecot that asks is started. */
export function startDovecot(
  { partition, programs }: Place,
  { name, pidFile }: Pick<Service, 'name' | 'pidFile'>,
  { hostName, configuration }: DovecotStart,
): PlannedFile[] {
  return [
    {
      path: authScript,
      mode: 0o700,
      restart: name,
      body: {
        template: 'shared/dovecot-auth.hbs',
        context: {
          library: programs['socket-wrapper'],
          folder: `${partition}/${folder}`,
          auth: programs['dovecot-auth'],
        },
      },
    },
    {
      path: `libexec/start-${name}`,
      mode: 0o700,
      restart: name,
      body: {
        template: 'shared/start-dovecot.hbs',
        context: {
          dovecot: programs['dovecot'],
          pidFile: `${partition}/${pidFile}`,
          leftSockets: `${partition}/${leftSockets}`,
          configuration: `${partition}/${configuration}`,
          hostName: ofFileNameLength(hostName),
        },
      },
    },
  ];
}

/** Without as many of its first labels as make it too long. */
function ofFileNameLength(hostName: string): string {
  const labels = hostName.split('.');
  while (labels.join('.').length > maxHostNameLength) labels.shift();
  return labels.join('.');
}
