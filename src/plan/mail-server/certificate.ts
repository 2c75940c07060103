/** The certificate pair that all services of a mail server show. Pure. */
import { identity } from '../../model/mail-server/needs.ts';
import type { Place } from '../../model/place.ts';
import { portOf } from '../endpoints.ts';
import type { PlannedPromise } from '../planned.ts';

/** `bundle` is relative to the partition. */
export const certificate = {
  name: identity.name,
  bundle: `${identity.folder}/${identity.name}.bundle.pem`,
};

/** Whether what a service shows on `port` is the certificate on the disk. */
export function certificateServed(
  name: string,
  place: Place,
  { port, protocol, listenPromise }: { port: string; protocol: 'smtp' | 'imap'; listenPromise: string },
): PlannedPromise {
  return {
    name,
    module: 'certificate_served',
    config: {
      host: place.ipv6,
      port: String(portOf(place, port)),
      protocol,
      'certificate-file': `${place.partition}/${certificate.bundle}`,
      'listen-promise': listenPromise,
    },
  };
}
