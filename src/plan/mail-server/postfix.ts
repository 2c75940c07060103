/** Postfix of a mail server: reception and submission on one port. Pure. */
import type { MailServer } from '../../model/mail-server/model.ts';
import { promiseDomain } from '../../names/promise-address.ts';
import { delayNotices, noticeTemplate } from '../delay-notices.ts';
import { endpointsOf } from '../endpoints.ts';
import { lostMailService } from '../lost-mail.ts';
import { messageSizeSettings, roomForMessages } from '../message-size.ts';
import type { Part } from '../part.ts';
import type { PlannedFile, PlannedPromise } from '../planned.ts';
import {
  type Postfix,
  postfixBasics,
  postfixIdentities,
  postfixService,
  postfixServiceFolders,
  startPostfix,
} from '../postfix-service.ts';
import { adminTools } from '../postfix-tools.ts';
import { certificateServed, queueAge } from '../promises.ts';
import { postfixTls } from '../tls.ts';
import { certificate } from './certificate.ts';
import type { PlannedMailServer } from './instance.ts';
import { mailServerTables, tableFiles } from './lookup-tables.ts';
import { authorSocket, sendingSocket, srsSocket } from './mail-policy.ts';
import { recipientPatterns } from './recipient-patterns.ts';
import { srsPatterns } from './sender-rewriting.ts';

export const postfix: Postfix = {
  service: 'postfix',
  configuration: 'etc/postfix',
  queue: 'var/spool/postfix',
  data: 'var/lib/postfix',
  log: 'var/log/postfix.log',
};
/** Name of the promise that reports when nobody listens. */
export const smtpListenPromise = 'smtp_listen';

export const postfixPart: Part<PlannedMailServer> = {
  services: [
    postfixService(postfix, {
      ports: { smtp: { canonical: 10025, promise: smtpListenPromise } },
      certificate: certificate.name,
      flush: ['bin/postqueue', '-f'],
    }),
  ],
  contribute: (instance) => ({
    folders: postfixServiceFolders(postfix),
    files: postfixFiles(instance),
    tools: adminTools({ place: instance.place, ...postfix }, ''),
    promises: postfixPromises(instance),
  }),
};

function postfixFiles(model: PlannedMailServer): PlannedFile[] {
  const { place } = model;
  const location = { place, ...postfix };
  const basics = postfixBasics(location);
  const endpoints = endpointsOf(place, 'smtp');
  const bundle = `${place.partition}/${certificate.bundle}`;
  return [
    {
      path: 'etc/postfix/main.cf',
      mode: 0o600,
      reload: 'postfix',
      body: {
        template: 'mail-server/main.cf.hbs',
        context: {
          ...basics,
          recipientDelimiter: model.recipientDelimiter,
          hostName: model.hostName,
          ...messageSizeSettings(model.messageSizeLimit),
          lmtpSocket: `${place.partition}/var/run/dovecot/lmtp`,
          authSocket: `${place.partition}/var/run/dovecot/auth-postfix`,
          authorSocket: `${place.partition}/${authorSocket}`,
          sendingSocket: `${place.partition}/${sendingSocket}`,
          srsSocket: `${place.partition}/${srsSocket}`,
          certificate: bundle,
          tls: postfixTls('log in'),
          onlyRelays: model.reception === 'relays',
          anyPassword: model.anyPassword,
        },
      },
    },
    {
      path: 'etc/postfix/master.cf',
      mode: 0o600,
      reload: 'postfix',
      body: {
        template: 'mail-server/master.cf.hbs',
        context: {
          ...lostMailService(place),
          ...delayNotices(place),
          endpoints,
          certificate: bundle,
          cleanupOfNotices: '',
        },
      },
    },
    noticeTemplate(postfix),
    ...postfixIdentities(location),
    ...srsPatterns(model),
    submissionReceived(model),
    ...recipientPatterns,
    ...tableFiles(mailServerTables(model)),
    ...(model.anyPassword ? [anyLoginTable(model)] : []),
    startPostfix(location, endpoints),
  ];
}

function postfixPromises({ place, messageSizeLimit }: PlannedMailServer): PlannedPromise[] {
  return [
    roomForMessages(place, postfix.queue, messageSizeLimit),
    certificateServed('outbound_certificate_served', place, {
      port: 'smtp',
      protocol: 'smtp',
      bundle: certificate.bundle,
      listenPromise: smtpListenPromise,
    }),
    queueAge('mail-queue-age', place, { postqueue: 'postqueue', listenPromise: smtpListenPromise }),
  ];
}

/**
 * header_checks: the line that Postfix adds to what somebody who has logged in submits. The world reads it, and need not know what
 * his computer is called, where it is, or whose certificate it has. Lines of other servers stay as they are.
 */
function submissionReceived({ hostName }: MailServer): PlannedFile {
  const tls = String.raw`(\(using TLS[0-9v.]+ with cipher [A-Za-z0-9_-]+) \([^)]+ bits\)`;
  const own = String.raw`(by ${hostName.replaceAll('.', '\\.')} \(Postfix\) with ESMTPSA .*)`;
  return {
    path: 'etc/postfix/submission-received.regexp',
    mode: 0o600,
    reload: 'postfix',
    body: {
      text: `/^Received: from .*[[:space:]]${tls}.*[[:space:]]${own}$/ REPLACE Received: from logged-in.invalid $1) $2\n`,
    },
  };
}

/** Where any password is good, any name of a hosted domain is an account, and may send as itself only. */
function anyLoginTable({ domains }: MailServer): PlannedFile {
  const names = [...domains, promiseDomain].map((domain) => domain.replaceAll('.', '\\.')).join('|');
  return {
    path: 'etc/postfix/any-login.regexp',
    mode: 0o600,
    body: { text: `/^([^@]+@(${names}))$/ \${1}\n` },
  };
}
