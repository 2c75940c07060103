/** Addresses of the web server as others see them: a frontend's where one was allocated, else the instance's own. Pure. */
import type { Answers, RelationRequest } from '../model/answers.ts';
import type { Place } from '../model/place.ts';
import { portOf } from './endpoints.ts';

/** Virtual hosts of the web server, each with a port of its own. */
export type WebService = 'https' | 'monitor';

const frontendSoftwareUrl =
  'http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg';

/** Asks for a frontend of a virtual host; `name` is the request's. */
export function planFrontendRequest(place: Place, name: string, service: WebService): RelationRequest {
  return {
    name,
    softwareUrl: frontendSoftwareUrl,
    softwareType: 'RootSoftwareInstance',
    shared: true,
    // The frontend's own release reads plain parameters.
    serialisation: 'xml',
    parameters: { url: backendUrl(place, service), 'https-only': 'true' },
  };
}

/** The frontend's address when it has answered, else the instance's own; always with a slash at the end. */
export function frontendUrl(place: Place, answers: Answers, name: string, service: WebService): string {
  return String(answers[name]?.['secure_access'] ?? backendUrl(place, service)).replace(/\/*$/, '/');
}

function backendUrl(place: Place, service: WebService): string {
  return `https://[${place.ipv6}]:${portOf(place, service)}/`;
}
