/** Promises: one for each thing that can break, so that the one that fails names it. Pure. */
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { promiseAddress } from '../../names/promise-address.ts';
import type { MailServerService, Place } from '../../model/place.ts';
import type { PlannedFile, PlannedPromise } from '../planned.ts';
import { mailPolicyLog, sendingRefusalsFile, sendingSocket, srsSocket } from './mail-policy.ts';
import { portOf } from '../endpoints.ts';
import { missingFile } from '../maintenance.ts';
import { monitorPromises, webCertificatePromise } from '../monitor.ts';
import { commonPromises } from '../upkeep.ts';
import type { Routes } from './routes.ts';
import { webCertificate } from './web.ts';

export const credentialsFile = 'etc/promise-credentials.json';

const listening: Readonly<Record<string, MailServerService>> = {
  imap_listen: 'imap',
  imaps_listen: 'imaps',
  smtp_listen: 'smtp',
  sieve_listen: 'sieve',
  'apache-httpd-port-listening': 'https',
  'auth-policy-listening': 'auth-policy',
};

const postfix = { service: 'postfix', log: 'var/log/postfix.log' };
const dovecot = { service: 'dovecot', log: 'var/log/dovecot.log' };
const apache = { service: 'apache', log: 'var/log/apache-error.log' };
const mailPolicy = { service: 'mail-policy', log: mailPolicyLog };
const listeners: Readonly<Record<MailServerService, { service: string; log: string }>> = {
  smtp: postfix,
  imap: dovecot,
  imaps: dovecot,
  sieve: dovecot,
  https: apache,
  monitor: apache,
  'auth-policy': mailPolicy,
};

export function planPromises(model: MailServer): PlannedPromise[] {
  const { place } = model;
  const { partition } = place;
  const port = (service: MailServerService) => String(portOf(place, service));
  const certificate = (name: string, protocol: string, service: MailServerService): PlannedPromise => ({
    name,
    module: 'certificate_served',
    config: {
      host: place.ipv6,
      port: port(service),
      protocol,
      'certificate-file': `${partition}/etc/postfix/ssl/postfix-backend.bundle.pem`,
      'listen-promise': listenPromise(service),
    },
  });
  const mailPolicySocket = (name: string, path: string): PlannedPromise => ({
    name: `${name}-socket-listening`,
    module: 'listening',
    config: { socket: `${partition}/${path}`, ...mailPolicy },
  });
  return [
    ...commonPromises(place),
    ...Object.entries(listening).map(([name, service]) => listenPromiseOf(name, place, service)),
    ...monitorPromises(place),
    mailPolicySocket('mail-policy', sendingSocket),
    mailPolicySocket('srs', srsSocket),
    {
      name: 'sending-limits',
      module: 'sending_limits',
      config: { file: `${partition}/${sendingRefusalsFile}`, 'shown-for': '3600' },
    },
    certificate('outbound_certificate_served', 'smtp', 'smtp'),
    certificate('imap_certificate_served', 'imap', 'imap'),
    webCertificatePromise(place, webCertificate, 'https', listenPromise('https')),
    {
      name: 'portal-answers',
      module: 'portal_answers',
      config: {
        url: `https://[${place.ipv6}]:${port('https')}/health`,
        'listen-promise': listenPromise('https'),
      },
    },
    {
      name: 'mail-delivery',
      module: 'mail_delivery',
      config: {
        'credentials-file': `${partition}/${credentialsFile}`,
        'smtp-host': place.ipv6,
        'smtp-port': port('smtp'),
        'imap-host': place.ipv6,
        'imap-port': port('imap'),
        'smtp-listen-promise': listenPromise('smtp'),
        'imap-listen-promise': listenPromise('imap'),
      },
    },
    {
      name: 'mail-queue-age',
      module: 'mail_queue_age',
      config: {
        'postqueue-command': `${partition}/bin/postqueue`,
        'max-age': '14400',
        'listen-promise': listenPromise('smtp'),
      },
    },
    {
      name: 'relays-answered',
      module: 'nothing_pending',
      config: { file: `${partition}/${missingFile}` },
    },
  ];
}

/** What promises read: the delivery promise's account, and what is missing. */
export function promiseFiles(model: MailServer, routes: Routes): PlannedFile[] {
  const credentials = { address: promiseAddress, password: model.secrets['promise-password'] };
  return [
    { path: credentialsFile, mode: 0o600, body: { text: `${JSON.stringify(credentials)}\n` } },
    { path: missingFile, mode: 0o600, body: { text: routes.missing.map((line) => `${line}\n`).join('') } },
  ];
}

function listenPromise(service: MailServerService): string {
  return Object.entries(listening).find(([, known]) => known === service)?.[0] ?? service;
}

function listenPromiseOf(name: string, place: Place, service: MailServerService): PlannedPromise {
  return {
    name,
    module: 'listening',
    config: { host: place.ipv6, port: String(portOf(place, service)), ...listeners[service] },
  };
}
