/** URLs and endpoints of one mail server, as requesters see them. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { Place } from '../../model/place.ts';
import { portOf } from '../shared/endpoints.ts';

export const frontendRequest = 'Instance Frontend';
export const monitorFrontendRequest = 'Monitor Frontend';

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
