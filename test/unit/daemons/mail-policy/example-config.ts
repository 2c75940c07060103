/** A configuration of the mail policy whose files are in `folder`. */
import type { MailPolicyConfig } from '../../../../src/daemons/mail-policy/config.ts';

export function exampleConfig(folder: string): MailPolicyConfig {
  return {
    sendingSocket: `${folder}/mail-policy.sock`,
    authorSocket: `${folder}/author-policy.sock`,
    authors: { senderLogins: `${folder}/sender-logins`, exempt: ['lists@a.example'], delimiter: '+' },
    srsSocket: `${folder}/srs.sock`,
    noticeSocket: `${folder}/notices.sock`,
    stateFolder: `${folder}/state`,
    logInSocket: `${folder}/log-ins.sock`,
    logInLimits: { failures: 10, minutes: 10 },
    sendingLimits: { messagesPerHour: 1, messagesPerDay: 2, recipientsPerHour: 3, recipientsPerDay: 4 },
    sendingExceptions: new Map(),
    users: `${folder}/users`,
    anyPassword: false,
    receiveOnly: ['box@a.example'],
    logInNames: `${folder}/log-in-names`,
    srs: { secret: 'secret', domain: 'a.example', hosted: ['a.example'], keptSenders: `${folder}/kept` },
    quota: { recipients: `${folder}/recipients`, socket: `${folder}/quota-status`, delimiter: '+' },
  };
}
