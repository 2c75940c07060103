/** Postfix of a mail server: reception and submission on one port. Pure. */
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { promiseDomain } from '../../names/promise-address.ts';
import type { Place } from '../../model/place.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import {
  type PostfixLocation,
  postfixBasics,
  postfixIdentities,
  postfixServiceFolders,
  startPostfix,
} from '../postfix-service.ts';
import { endpointsOf } from '../endpoints.ts';
import { mailServerTables, tableFiles } from './lookup-tables.ts';
import { sendingSocket, srsSocket } from './mail-policy.ts';
import type { Routes } from './routes.ts';
import { srsPatterns } from './sender-rewriting.ts';

export function postfixLocationAt(place: Place): PostfixLocation {
  return {
    place,
    configuration: 'etc/postfix',
    queue: 'var/spool/postfix',
    data: 'var/lib/postfix',
    log: 'var/log/postfix.log',
    daemon: 'postfix',
  };
}

export function postfixFolders({ place }: MailServer): PlannedFolder[] {
  return postfixServiceFolders(postfixLocationAt(place));
}

export function postfixFiles(model: MailServer, routes: Routes): PlannedFile[] {
  const { place } = model;
  const location = postfixLocationAt(model.place);
  const basics = postfixBasics(location);
  const endpoints = endpointsOf(place, 'smtp');
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
          messageSizeLimit: model.messageSizeLimit,
          lmtpSocket: `${place.partition}/var/run/dovecot/lmtp`,
          authSocket: `${place.partition}/var/run/dovecot/auth-postfix`,
          sendingSocket: `${place.partition}/${sendingSocket}`,
          srsSocket: `${place.partition}/${srsSocket}`,
          certificate: `${basics.configurationFolder}/ssl/postfix-backend.bundle.pem`,
          ownAddresses: ownAddresses(model).join(' '),
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
        context: { endpoints, certificate: `${basics.configurationFolder}/ssl/postfix-backend.bundle.pem` },
      },
    },
    ...postfixIdentities(location),
    ...srsPatterns(model),
    ...tableFiles(mailServerTables(model, routes)),
    ...(model.anyPassword ? [anyLoginTable(model)] : []),
    startPostfix(location, endpoints),
  ];
}

/** Clients on the partition's own addresses; another partition's IPv6 on the same node is not one. */
function ownAddresses({ place }: MailServer): string[] {
  return [
    '127.0.0.0/8',
    '[::1]/128',
    `[${place.ipv6}]/128`,
    ...(place.ipv4 === null ? [] : [`${place.ipv4}/32`]),
  ];
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
