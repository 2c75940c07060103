/** The instances that a mail server requests: relays, frontends, DNS names. Its accounts change none of them. Pure; stage 4 sends the requests. */
import type { RelationRequest } from '../../model/answers.ts';
import type { MailServerSettings } from '../../model/mail-server/model.ts';
import { portOf } from '../endpoints.ts';
import { planFrontendRequest } from '../frontends.ts';
import { planMonitorFrontend } from '../monitor.ts';
import { webFrontend } from './web-address.ts';

export function planRequests(model: MailServerSettings): RelationRequest[] {
  const { place } = model;
  return [
    ...relays(model),
    planFrontendRequest(place, webFrontend, 'https'),
    planMonitorFrontend(place),
    ...dnsNames(model),
  ];
}

export function relayRequestName(domain: string): string {
  return `mail-server-relay-${domain}`;
}

function relays({ relaySoftwareUrl, hostedDomains, place, identity }: MailServerSettings): RelationRequest[] {
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
    },
  }));
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
