/** The mail server's policy process: sending limits, log-in limits, full mailboxes and sender rewriting. Pure. */
import type { SendingLimits } from '../../ledger/types.ts';
import type { LogInLimits } from '../../model/mail-server/limits.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { promiseAddress, promiseDomain } from '../../names/promise-address.ts';
import type { Place } from '../../model/place.ts';
import { portOf } from '../endpoints.ts';
import type { Part, Service } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import { pidFileOf, startGenerator } from '../start-script.ts';
import { rewrittenDomain } from './sender-rewriting.ts';

/** `etc/mail-policy.json`; the process reads it again when it changes. */
export interface MailPolicyConfig {
  srs: { secret: string; domain: string; hosted: readonly string[] };
  sendingLimits: SendingLimits;
  /** Account → where it differs. */
  sendingExceptions: Readonly<Record<string, Partial<SendingLimits>>>;
  logInLimits: LogInLimits;
  /** Dovecot shows it. */
  authPolicyKey: string;
  /** Dovecot's passwd-file; whoever has no password there may not send, unless any password is good. */
  users: string;
  anyPassword: boolean;
  /** Where each address ends: source of Postfix' table. Dovecot's socket, which is asked whether a mailbox is full. */
  quota: { recipients: string; socket: string; delimiter: string };
}

/** Who was refused because of sending limits, for a promise. */
const sendingRefusalsFile = 'var/lib/mail-policy/sending-refusals.json';
/** Asked by Postfix' policy protocol. */
export const sendingSocket = 'var/run/mail-policy.sock';
/** Asked by Postfix as lookup tables. */
export const srsSocket = 'var/run/srs.sock';

const mailPolicy: Service = {
  name: 'mail-policy',
  programs: ['node'],
  // Asked by Dovecot alone, on the same machine.
  ports: { 'auth-policy': { canonical: 10024, promise: 'auth-policy-listening' } },
  sockets: { 'mail-policy': sendingSocket, srs: srsSocket },
  pidFile: pidFileOf('mail-policy'),
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/mail-policy.log',
  logRotation: [{ path: 'var/log/mail-policy.log', method: 'copytruncate' }],
};

export const mailPolicyPart: Part<MailServer> = {
  services: [mailPolicy],
  contribute: (model) => ({
    folders: [{ path: 'var/lib/mail-policy', mode: 0o700 }],
    files: mailPolicyFiles(model),
    promises: [
      {
        name: 'sending-limits',
        module: 'sending_limits',
        config: { file: `${model.place.partition}/${sendingRefusalsFile}`, 'shown-for': '3600' },
      },
    ],
  }),
};

function mailPolicyFiles(model: MailServer): PlannedFile[] {
  const { place } = model;
  const { partition } = place;
  const options = {
    config: `${partition}/etc/mail-policy.json`,
    'state-folder': `${partition}/var/lib/mail-policy`,
    'sending-socket': `${partition}/${sendingSocket}`,
    'srs-socket': `${partition}/${srsSocket}`,
    host: place.ipv6,
    port: portOf(place, 'auth-policy'),
  };
  return [
    {
      path: 'etc/mail-policy.json',
      mode: 0o600,
      body: { text: `${JSON.stringify(configOf(model), null, 1)}\n` },
    },
    startGenerator(
      place,
      mailPolicy.name,
      [
        'mail-policy',
        ...Object.entries(options).map(([name, value]) => `--${name} ${value}`),
        `>> ${partition}/${mailPolicy.log} 2>&1`,
      ].join(' '),
    ),
  ];
}

export function authPolicyUrl(place: Place): string {
  return `http://[${place.ipv6}]:${portOf(place, 'auth-policy')}/`;
}

function configOf(model: MailServer): MailPolicyConfig {
  const { place, hostedDomains, accounts, secrets } = model;
  return {
    srs: {
      secret: secrets['srs-secret'],
      domain: rewrittenDomain(model),
      hosted: [...hostedDomains, promiseDomain, model.hostName.toLowerCase()],
    },
    sendingLimits: model.sendingLimits,
    sendingExceptions: {
      ...Object.fromEntries(
        accounts.flatMap(({ address, settings }) =>
          settings.sendingLimits === null ? [] : [[address, settings.sendingLimits]],
        ),
      ),
      // Whatever the limits are, the delivery promise must be able to look.
      [promiseAddress]: { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 },
    },
    logInLimits: model.logInLimits,
    authPolicyKey: secrets['auth-policy-key'],
    users: `${place.partition}/srv/ledger/current/users`,
    anyPassword: model.anyPassword,
    quota: {
      recipients: `${place.partition}/etc/postfix/recipients`,
      socket: `${place.partition}/var/run/dovecot/quota-status`,
      delimiter: model.recipientDelimiter,
    },
  };
}
