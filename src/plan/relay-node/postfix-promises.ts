/** The promises of the two Postfix services of a node. Pure. */
import type { Place } from '../../model/place.ts';
import type { PlannedPromise } from '../planned.ts';
import { certificateServed, queueAge } from '../promises.ts';
import { inboundBundle } from './certificates.ts';
import type { RelayService } from './postfix-pair.ts';

/** Names of the promises that report when nobody listens. */
export const listenPromises = { inbound: 'inbound_smtp_listen', outbound: 'outbound_subm_listen' } as const;

export const relayQueueAge = (place: Place, service: RelayService): PlannedPromise =>
  queueAge(`${service}-queue-age`, place, {
    postqueue: `${service}-postqueue`,
    listenPromise: listenPromises[service],
  });

export const relayCertificateServed = (
  name: string,
  place: Place,
  service: RelayService,
  bundle: string,
): PlannedPromise =>
  certificateServed(name, place, {
    port: service,
    protocol: 'smtp',
    bundle,
    listenPromise: listenPromises[service],
  });

/** Nobody but its owner can renew a certificate that was given. */
export function inboundCertificatePromises(place: Place): PlannedPromise[] {
  return [
    relayCertificateServed('inbound_custom_certificate_served', place, 'inbound', inboundBundle),
    {
      name: 'inbound_custom_certificate_not_expired',
      module: 'certificate_lasts',
      config: {
        'certificate-file': `${place.partition}/${inboundBundle}`,
        openssl: place.programs['openssl'] ?? 'openssl',
        days: '5',
        remedy: 'give the cluster a new custom-inbound-certificate for this node',
      },
    },
  ];
}
