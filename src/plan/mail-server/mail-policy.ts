/** The mail server's policy process: sending limits, log-in limits, full mailboxes and sender rewriting. Pure. */
import {
  type MailPolicyConfig,
  refusalsFile,
  serialiseMailPolicyConfig,
} from '../../daemons/mail-policy/config.ts';
import type { SendingLimits } from '../../ledger/types.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { promiseAddress, promiseDomain } from '../../names/promise-address.ts';
import type { Place } from '../../model/place.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import { portOf } from '../endpoints.ts';
import { generatorService } from '../maintenance.ts';
import { rewrittenDomain } from './sender-rewriting.ts';

const stateFolder = 'var/lib/mail-policy';

export const mailPolicyFolders: readonly PlannedFolder[] = [{ path: stateFolder, mode: 0o700 }];
/** Who was refused because of sending limits, for a promise. */
export const sendingRefusalsFile = `${stateFolder}/${refusalsFile}`;
export const mailPolicyLog = 'var/log/mail-policy.log';
/** Asked by Postfix' policy protocol. */
export const sendingSocket = 'var/run/mail-policy.sock';
/** Asked by Postfix as lookup tables. */
export const srsSocket = 'var/run/srs.sock';

export function mailPolicyFiles(model: MailServer): PlannedFile[] {
  const { place } = model;
  const { partition } = place;
  const configFile = 'etc/mail-policy.json';
  return [
    {
      path: configFile,
      mode: 0o600,
      body: { text: serialiseMailPolicyConfig(configOf(model)) },
    },
    generatorService(
      place,
      'mail-policy',
      `mail-policy --config ${partition}/${configFile} >> ${partition}/${mailPolicyLog} 2>&1`,
    ),
  ];
}

export function authPolicyUrl(place: Place): string {
  return `http://[${place.ipv6}]:${portOf(place, 'auth-policy')}/`;
}

function configOf(model: MailServer): MailPolicyConfig {
  const { place, hostedDomains, accounts, secrets } = model;
  const { partition } = place;
  return {
    sendingSocket: `${partition}/${sendingSocket}`,
    srsSocket: `${partition}/${srsSocket}`,
    stateFolder: `${partition}/${stateFolder}`,
    authPolicy: { host: place.ipv6, port: portOf(place, 'auth-policy'), key: secrets['auth-policy-key'] },
    logInLimits: model.logInLimits,
    sendingLimits: model.sendingLimits,
    sendingExceptions: new Map([
      ...accounts.flatMap(({ address, settings }): [string, Partial<SendingLimits>][] =>
        settings.sendingLimits === null ? [] : [[address, settings.sendingLimits]],
      ),
      // Whatever the limits are, the delivery promise must be able to look.
      [promiseAddress, { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 }],
    ]),
    users: `${partition}/srv/ledger/current/users`,
    anyPassword: model.anyPassword,
    srs: {
      secret: secrets['srs-secret'],
      domain: rewrittenDomain(model),
      hosted: [...hostedDomains, promiseDomain, model.hostName.toLowerCase()],
    },
    quota: {
      recipients: `${partition}/etc/postfix/recipients`,
      socket: `${partition}/var/run/dovecot/quota-status`,
      delimiter: model.recipientDelimiter,
    },
  };
}
