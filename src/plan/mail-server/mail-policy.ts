/** The mail server's policy process: sending limits, log-in limits, full mailboxes and sender rewriting. Pure. */
import {
  type MailPolicyConfig,
  refusalsFile,
  serialiseMailPolicyConfig,
} from '../../daemons/mail-policy/config.ts';
import type { SendingLimits } from '../../ledger/types.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { promiseAddress, promiseDomain } from '../../names/promise-address.ts';
import { logInConfig, logInSockets } from '../log-ins.ts';
import { noticeSocket } from '../delay-notices.ts';
import type { Part, Service } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import { pidFileOf, startGenerator } from '../start-script.ts';
import { logInNamesFile } from './log-in-names.ts';
import { rewrittenDomain } from './sender-rewriting.ts';

const configFile = 'etc/mail-policy.json';
const stateFolder = 'var/lib/mail-policy';
/** Senders for which bounces come back: data, as nothing else knows them. */
const keptSenders = 'srv/kept-senders';
/** Asked by Postfix' policy protocol. */
export const sendingSocket = 'var/run/mail-policy.sock';
/** Asked by Postfix by the milter protocol. */
export const authorSocket = 'var/run/author-policy.sock';
/** Asked by Postfix as lookup tables. */
export const srsSocket = 'var/run/srs.sock';

const mailPolicy: Service = {
  name: 'mail-policy',
  programs: ['node'],
  ports: {},
  sockets: {
    'mail-policy': sendingSocket,
    'author-policy': authorSocket,
    srs: srsSocket,
    'delay-notices': noticeSocket,
    ...logInSockets,
  },
  pidFile: pidFileOf('mail-policy'),
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/mail-policy.log',
  logRotation: [{ path: 'var/log/mail-policy.log', method: 'copytruncate' }],
};

export const mailPolicyPart: Part<MailServer> = {
  services: [mailPolicy],
  contribute: (model) => ({
    folders: [
      { path: stateFolder, mode: 0o700 },
      { path: keptSenders, mode: 0o700 },
    ],
    files: mailPolicyFiles(model),
    promises: [
      {
        name: 'sending-limits',
        module: 'sending_limits',
        config: { file: `${model.place.partition}/${stateFolder}/${refusalsFile}`, 'shown-for': '3600' },
      },
    ],
  }),
};

function mailPolicyFiles(model: MailServer): PlannedFile[] {
  const { partition } = model.place;
  return [
    { path: configFile, mode: 0o600, body: { text: serialiseMailPolicyConfig(configOf(model)) } },
    startGenerator(
      model.place,
      mailPolicy.name,
      `mail-policy --config ${partition}/${configFile} >> ${partition}/${mailPolicy.log} 2>&1`,
    ),
  ];
}

function configOf(model: MailServer): MailPolicyConfig {
  const { place, hostedDomains, accounts, secrets } = model;
  const { partition } = place;
  return {
    sendingSocket: `${partition}/${sendingSocket}`,
    authorSocket: `${partition}/${authorSocket}`,
    srsSocket: `${partition}/${srsSocket}`,
    noticeSocket: `${partition}/${noticeSocket}`,
    stateFolder: `${partition}/${stateFolder}`,
    ...logInConfig(place, {
      limits: model.logInLimits,
      users: `${partition}/srv/ledger/current/users`,
    }),
    sendingLimits: model.sendingLimits,
    sendingExceptions: new Map([
      ...accounts.flatMap(({ address, settings }): [string, Partial<SendingLimits>][] =>
        settings.sendingLimits === null ? [] : [[address, settings.sendingLimits]],
      ),
      // Whatever the limits are, the delivery promise must be able to look.
      [promiseAddress, { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 }],
    ]),
    anyPassword: model.anyPassword,
    receiveOnly: accounts.flatMap(({ address, settings }) =>
      settings.mode === 'receive-only' ? address : [],
    ),
    authors: {
      senderLogins: `${partition}/etc/postfix/sender-logins`,
      exempt: model.anyFrom,
      delimiter: model.recipientDelimiter,
    },
    logInNames: `${partition}/${logInNamesFile}`,
    srs: {
      secret: secrets['srs-secret'],
      domain: rewrittenDomain(model),
      hosted: [...new Set([...hostedDomains, promiseDomain, model.hostName])],
      keptSenders: `${partition}/${keptSenders}`,
    },
    quota: {
      recipients: `${partition}/etc/postfix/recipients`,
      socket: `${partition}/var/run/dovecot/quota-status`,
      delimiter: model.recipientDelimiter,
    },
  };
}
