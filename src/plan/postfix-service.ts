/** What every Postfix needs to run as one unprivileged user: queue, identities, environment. Pure. */
import type { Place } from '../model/place.ts';
import { shellWord } from '../formats/shell.ts';
import { lostMailSettings } from './lost-mail.ts';
import type { Service } from './part.ts';
import type { PlannedFile, PlannedFolder } from './planned.ts';

/** One Postfix of an instance. Paths are relative to the partition. */
export interface Postfix {
  /** Its name as a service. */
  service: string;
  /** Folder of main.cf. */
  configuration: string;
  /** Queue folder. */
  queue: string;
  /** Data folder. */
  data: string;
  log: string;
}

export interface PostfixLocation extends Postfix {
  place: Place;
}

/** The service that a Postfix is; `rest` is what differs from one to another. */
export function postfixService(
  { service, queue, log }: Postfix,
  rest: Pick<Service, 'ports' | 'certificate' | 'flush'>,
): Service {
  return {
    name: service,
    programs: postfixPrograms,
    sockets: {},
    pidFile: `${queue}/pid/master.pid`,
    signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
    log,
    logRotation: [{ path: log, method: 'copytruncate' }],
    ...rest,
  };
}

/** Modes that Postfix itself asks of its queue (postfix-files(5)). */
const queueModes: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      'active',
      'bounce',
      'corrupt',
      'defer',
      'deferred',
      'flush',
      'hold',
      'incoming',
      'private',
      'saved',
      'trace',
    ].map((folder) => [folder, 0o700]),
  ),
  pid: 0o755,
  public: 0o710,
  maildrop: 0o730,
};

export function postfixServiceFolders({ queue, data }: Postfix): PlannedFolder[] {
  return [
    { path: 'libexec/postfix', mode: 0o750 },
    { path: data, mode: 0o700 },
    { path: queue, mode: 0o755 },
    ...Object.entries(queueModes).map(([folder, mode]) => ({ path: `${queue}/${folder}`, mode })),
  ];
}

/**
 * Debian's Postfix insists on being started by root and on a mail group of its own. uid_wrapper lets it believe the
 * first, nss_wrapper gives the names; every file still belongs to the partition's user.
 */
export function postfixIdentities({ place, configuration }: PostfixLocation): PlannedFile[] {
  const { name, uid, gid } = place.user;
  const passwd = [
    'root:x:0:0:root:/:/bin/false',
    `${name}:x:${uid}:${gid}:${name}:${place.partition}:/bin/false`,
    'nobody:x:65534:65534:nobody:/:/bin/false',
  ];
  const group = ['root:x:0:', `${name}:x:${gid}:`, `postdrop:x:${gid + 1}:`, 'nogroup:x:65534:'];
  return [
    { path: `${configuration}/passwd`, mode: 0o600, body: { text: `${passwd.join('\n')}\n` } },
    { path: `${configuration}/group`, mode: 0o600, body: { text: `${group.join('\n')}\n` } },
  ];
}

/** Environment of every Postfix program. */
export function postfixEnvironment({ place, configuration }: PostfixLocation): Record<string, string> {
  const folder = `${place.partition}/${configuration}`;
  return {
    MAIL_CONFIG: folder,
    LD_PRELOAD: `${place.programs['uid-wrapper']}:${place.programs['nss-wrapper']}`,
    UID_WRAPPER: '1',
    UID_WRAPPER_ROOT: '1',
    NSS_WRAPPER_PASSWD: `${folder}/passwd`,
    NSS_WRAPPER_GROUP: `${folder}/group`,
  };
}

/** Programs that work on the queue through set-gid bits; an instance has copies without them. */
export const copiedCommands = ['postdrop', 'postqueue'] as const;
const postfixPrograms: readonly string[] = [
  // The start script asks it whether the ports are free.
  'node',
  'postfix-daemons',
  'postfix',
  'postalias',
  'postcat',
  'postconf',
  'postdrop',
  'postlog',
  'postmap',
  'postqueue',
  'postsuper',
  'sendmail',
  'postfix-cdb',
  'uid-wrapper',
  'nss-wrapper',
];
/** Those that scripts of Postfix, such as that of `postfix reload`, run from the same folder. */
const linkedCommands = [
  'postalias',
  'postcat',
  'postconf',
  'postfix',
  'postlog',
  'postmap',
  'postsuper',
] as const;

/** Context of `main.cf`'s shared part. */
export function postfixBasics(location: PostfixLocation) {
  const { place, configuration, queue, data, log } = location;
  return {
    user: place.user.name,
    queueFolder: `${place.partition}/${queue}`,
    dataFolder: `${place.partition}/${data}`,
    commandFolder: `${place.partition}/libexec/postfix`,
    daemonFolder: place.programs['postfix-daemons'],
    configurationFolder: `${place.partition}/${configuration}`,
    logFolder: `${place.partition}/var/log`,
    logFile: `${place.partition}/${log}`,
    environmentNames: Object.keys(postfixEnvironment(location)).join(' '),
    tableType: place.stackFacts['postfix-table-type'],
    ...lostMailSettings,
    // Names have no tags where nobody says so.
    recipientDelimiter: '',
    ipv6: place.ipv6,
    speaksFromOwnAddress: speaksFromOwnAddress(place),
  };
}

/** From the loopback address nothing but this machine can be reached. */
export function speaksFromOwnAddress({ ipv6 }: Place): boolean {
  return ipv6 !== '::1';
}

/** The script that starts a Postfix; `endpoints`: `[address]:port` of its smtpd. */
export function startPostfix(location: PostfixLocation, endpoints: readonly string[]): PlannedFile {
  const { place, service } = location;
  const { commandFolder, daemonFolder, configurationFolder } = postfixBasics(location);
  return {
    path: `libexec/start-${service}`,
    mode: 0o700,
    restart: service,
    body: {
      template: 'shared/start-postfix.hbs',
      context: {
        service,
        assignments: shellAssignments(postfixEnvironment(location)),
        commandFolder,
        copies: copiedCommands.map((name) => ({ name, from: place.programs[name] })),
        links: linkedCommands.map((name) => ({ name, from: place.programs[name] })),
        daemonFolder,
        configurationFolder,
        node: place.programs['node'],
        bundle: `${place.release}/slapos-mail.mjs`,
        endpoints,
      },
    },
  };
}

/** The environment as assignments for a start script. */
function shellAssignments(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
}
