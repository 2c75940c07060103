/** The instances that a mail server requests: relays, frontends, DNS names. Its accounts change none of them. Pure; stage 4 sends the requests. */
import type { Answers, RelationRequest } from '../../model/answers.ts';
import { appliedFingerprints } from '../../model/applied.ts';
import type { MailServerSettings } from '../../model/mail-server/model.ts';
import { portOf } from '../endpoints.ts';
import { planFrontendRequest } from '../frontends.ts';
import { planMonitorFrontend } from '../monitor.ts';
import { webFrontend } from './web-address.ts';

/** `answers`: those that are known by now. */
export function planRequests(model: MailServerSettings, answers: Answers): RelationRequest[] {
  const { place } = model;
  return [
    ...relays(model, answers),
    planFrontendRequest(place, webFrontend, 'https'),
    planMonitorFrontend(place),
    ...dnsNames(model),
  ];
}

export function relayRequestName(domain: string): string {
  return `mail-server-relay-${domain}`;
}

function relays(
  { relaySoftwareUrl, hostedDomains, place, identity }: MailServerSettings,
  answers: Answers,
): RelationRequest[] {
  if (relaySoftwareUrl === null) return [];
  return hostedDomains.map((domain) => ({
    name: relayRequestName(domain),
    softwareUrl: relaySoftwareUrl,
    softwareType: 'cluster',
    shared: true,
    serialisation: 'json-in-xml',
    parameters: {
      name: domain,
      'mail-server-host': place.ipv6,
      'mail-server-port': portOf(place, 'smtp'),
      authentication: 'fingerprint',
      fingerprints: [identity.current, identity.next],
      ...trusted(answers[relayRequestName(domain)]),
    },
  }));
}

/** Which fingerprints of its nodes are trusted, for a relay that asks: others may refuse a parameter that they do not know. */
function trusted(answer: Answers[string] | undefined): { applied?: { fingerprints: string[] } } {
  if (appliedFingerprints(answer) === null) return {};
  return { applied: { fingerprints: sha256Fingerprints(answer?.['tls-fingerprints']) } };
}

function dnsNames({ requestDns, place }: MailServerSettings): RelationRequest[] {
  if (requestDns === null) return [];
  return [
    ['dns-mail-entry', 'mail'],
    ['dns-mail-entry-autoconfig', 'autoconfig.mail'],
  ].map(([name = '', subdomain = '']) => ({
    name,
    softwareUrl: requestDns.softwareUrl,
    softwareType: requestDns.softwareType,
    shared: true,
    serialisation: 'json-in-xml',
    parameters: { name, subdomain, ip: place.ipv6 },
    filter: { computer_guid: place.connection.computerId },
  }));
}

/** Those of a list from another instance that are some, upper case. */
export function sha256Fingerprints(value: unknown): string[] {
  return (Array.isArray(value) ? value : [])
    .filter((print) => typeof print === 'string')
    .map((print) => print.toUpperCase())
    .filter((print) => /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/.test(print));
}
