/** Dovecot of a mail server: IMAP, LMTP, ManageSieve, SASL for Postfix, quota. Pure. */
import { scriptMap } from '../../daemons/mail-policy/config.ts';
import { serialiseLogInNames } from '../../formats/log-in-names.ts';
import { passwordForms } from '../../formats/password-spellings.ts';
import { listenAddresses, portOf } from '../endpoints.ts';
import { logInFolders, logInPrograms, logInSettings, startDovecot } from '../log-ins.ts';
import type { Part, Service } from '../part.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import { certificateServed } from '../promises.ts';
import { tlsForPeople } from '../tls.ts';
import { isAscii, unicodeSpellings } from '../../names/mail-domain.ts';
import { certificate } from './certificate.ts';
import type { PlannedMailServer } from './instance.ts';
import { logInNames, logInNamesFile } from './log-in-names.ts';
import { srsSocket } from './mail-policy.ts';
import { rewrittenDomain } from './sender-rewriting.ts';

const mebibyte = 1024 * 1024;
/** Names of the promises that report when nobody listens. */
export const imapListenPromise = 'imap_listen';

const dovecot: Service = {
  name: 'dovecot',
  programs: [
    'dovecot',
    ...logInPrograms,
    'doveadm',
    'dovecot-imap',
    'dovecot-lmtp',
    'dovecot-managesieve',
    'dovecot-sieve-plugin',
  ],
  ports: {
    imap: { canonical: 10143, promise: imapListenPromise },
    imaps: { canonical: 10993, promise: 'imaps_listen' },
    sieve: { canonical: 4190, promise: 'sieve_listen' },
  },
  sockets: {},
  pidFile: 'var/run/dovecot/master.pid',
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/dovecot.log',
  logRotation: [{ path: 'var/log/dovecot.log', method: 'USR1' }],
  certificate: certificate.name,
};

export const dovecotPart: Part<PlannedMailServer> = {
  services: [dovecot],
  contribute: (instance) => ({
    folders,
    files: dovecotFiles(instance),
    tools: {
      doveadm: {
        command: [
          instance.place.programs['doveadm'] ?? 'doveadm',
          '-c',
          `${instance.place.partition}/etc/dovecot/dovecot.conf`,
        ],
      },
    },
    promises: [
      certificateServed('imap_certificate_served', instance.place, {
        port: 'imap',
        protocol: 'imap',
        bundle: certificate.bundle,
        listenPromise: imapListenPromise,
      }),
    ],
  }),
};

/** Runs before people's own scripts. */
const globalScript = 'etc/dovecot/sieve/before.sieve';
/** What scripts send mail by: it asks whether the account may. */
const scriptSendmail = 'libexec/script-sendmail';
/** Programs that the global script may run. */
const scriptPrograms = 'libexec/sieve';

/** Headers that filter scripts neither add nor remove. From is none: forwarding scripts put their own name there. */
const protectedHeaders = [
  ...['Sender', 'Resent-From', 'Resent-Sender', 'Return-Path', 'Received', 'Auto-Submitted'],
  ...['DKIM-Signature', 'Authentication-Results', 'Received-SPF'],
  ...['ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results'],
  ...['X-Sieve-Redirected-From', 'X-Original-To', 'Delivered-To'],
];

const folders: readonly PlannedFolder[] = [
  { path: 'etc/dovecot', mode: 0o750 },
  { path: 'etc/dovecot/sieve', mode: 0o700 },
  { path: scriptPrograms, mode: 0o700 },
  { path: 'var/lib/dovecot', mode: 0o700 },
  { path: 'var/run/dovecot', mode: 0o755 },
  ...logInFolders,
  { path: 'srv/mail', mode: 0o700 },
];

function dovecotFiles(model: PlannedMailServer): PlannedFile[] {
  const { place } = model;
  const { partition } = place;
  const listener = (port: string) => ({
    addresses: listenAddresses(place, port).join(' '),
    port: portOf(place, port),
  });
  return [
    {
      path: 'etc/dovecot/dovecot.conf',
      mode: 0o600,
      reload: 'dovecot',
      body: {
        template: 'mail-server/dovecot.conf.hbs',
        context: {
          user: place.user.name,
          group: place.user.group,
          uid: place.user.uid,
          gid: place.user.gid,
          hostName: model.hostName,
          mainDomain: rewrittenDomain(model),
          baseFolder: `${partition}/var/run/dovecot`,
          stateFolder: `${partition}/var/lib/dovecot`,
          temporaryFolder: `${partition}/var/tmp`,
          logFile: `${partition}/${dovecot.log}`,
          certificate: `${partition}/${certificate.bundle}`,
          tls: { oldest: tlsForPeople.oldest, suites: tlsForPeople.suites },
          users: `${partition}/srv/ledger/current/users`,
          spellings: `${partition}/srv/ledger/current/spellings`,
          passwordForms,
          logInNames: `${partition}/${logInNamesFile}`,
          moreNameCharacters: charactersBeyondAscii(model.hostedDomains),
          mailFolder: `${partition}/srv/mail`,
          scriptSendmail: `${partition}/${scriptSendmail}`,
          sieveBefore: `${partition}/${globalScript}`,
          scriptPrograms: `${partition}/${scriptPrograms}`,
          ...logInSettings(place, model.secrets['auth-policy-key']),
          mailboxSizeLimit: model.mailboxSizeLimit,
          // The largest message must fit.
          allowance: Math.ceil(model.messageSizeLimit / mebibyte),
          protectedHeaders: protectedHeaders.join(' '),
          scripts: model.filterLimits.scripts,
          scriptSize: model.filterLimits.scriptSize,
          scriptsSize: model.filterLimits.scripts * model.filterLimits.scriptSize,
          recipientDelimiter: model.recipientDelimiter,
          anyPassword: model.anyPassword,
          imap: listener('imap'),
          imaps: listener('imaps'),
          sieve: listener('sieve'),
        },
      },
    },
    { path: logInNamesFile, mode: 0o600, body: { text: serialiseLogInNames(logInNames(model)) } },
    {
      // Dovecot compiles it by itself, beside it, when it is newer.
      path: globalScript,
      mode: 0o600,
      body: { template: 'mail-server/before.sieve.hbs', context: {} },
    },
    {
      path: scriptSendmail,
      mode: 0o700,
      body: {
        template: 'mail-server/script-sendmail.hbs',
        context: {
          postmap: `${partition}/bin/postmap`,
          socket: `${partition}/${srsSocket}`,
          map: scriptMap,
          sendmail: `${partition}/bin/sendmail`,
        },
      },
    },
    {
      path: `${scriptPrograms}/already-kept`,
      mode: 0o700,
      body: {
        template: 'mail-server/already-kept.hbs',
        context: {
          doveadm: place.programs['doveadm'],
          configuration: `${partition}/etc/dovecot/dovecot.conf`,
        },
      },
    },
    ...startDovecot(place, dovecot, {
      hostName: model.hostName,
      configuration: 'etc/dovecot/dovecot.conf',
    }),
  ];
}

/** What log-in names of these domains hold and Dovecot would refuse in them. */
function charactersBeyondAscii(domains: readonly string[]): string {
  const written = domains.flatMap(unicodeSpellings).join('');
  const found = new Set([...written].filter((each) => !isAscii(each)));
  return [...found].sort().join('');
}
