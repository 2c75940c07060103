/** URLs and endpoints of one mail server, as requesters see them. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { MailServerService, Place } from '../../model/place.ts';

export const frontendRequest = 'Instance Frontend';
export const monitorFrontendRequest = 'Monitor Frontend';

/** The port of a service as it is in use. */
export function portOf(place: Place, service: MailServerService): number {
  const record = place.ports[service];
  if (!record) throw new Error(`no port was allocated for ${service}`);
  return record.port;
}

/** Addresses that a service listens on: the IPv6, and the IPv4 where its port was free there. */
export function listenAddresses(place: Place, service: MailServerService): string[] {
  const ipv4 = place.ports[service]?.ipv4 ? place.ipv4 : null;
  return ipv4 === null ? [place.ipv6] : [place.ipv6, ipv4];
}

export function backendUrl(place: Place, service: 'https' | 'monitor'): string {
  return `https://[${place.ipv6}]:${portOf(place, service)}/`;
}

/** The frontend's address when it has answered, else our own; always with a slash at the end. */
export function webUrl({ place }: MailServer, answers: Answers): string {
  return withSlash(answers[frontendRequest]?.['secure_access'] ?? backendUrl(place, 'https'));
}

/** Without a slash at the end: requesters append paths to it. */
export function monitorUrl({ place }: MailServer, answers: Answers): string {
  const url = answers[monitorFrontendRequest]?.['secure_access'] ?? backendUrl(place, 'monitor');
  return withSlash(url).slice(0, -1);
}

function withSlash(url: unknown): string {
  return String(url).replace(/\/*$/, '/');
}
