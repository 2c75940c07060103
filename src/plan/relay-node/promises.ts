/** Promises of a relay node. Pure. */
import type { RelayNode } from '../../model/relay-node/relay-node.ts';
import type { PlannedPromise } from '../planned.ts';
import { portOf } from '../endpoints.ts';
import { monitorPromises, webCertificatePromise } from '../monitor.ts';
import { commonPromises } from '../upkeep.ts';
import { inboundBundle, nodeBundle, type RelayService } from './postfix.ts';

/** The name of the promise that reports a closed port. */
const listenPromise = { inbound: 'inbound_smtp_listen', outbound: 'outbound_subm_listen' } as const;

export function relayPromises(node: RelayNode): PlannedPromise[] {
  const { place, inboundCertificate } = node;
  const { partition } = place;
  const endpoint = (service: RelayService) => ({ host: place.ipv6, port: String(portOf(place, service)) });
  const listening = (service: RelayService): PlannedPromise => ({
    name: listenPromise[service],
    module: 'listening',
    config: {
      ...endpoint(service),
      service: `${service}-postfix`,
      log: `var/log/${service}-postfix.log`,
    },
  });
  const socket = (name: string, path: string, log: string): PlannedPromise => ({
    name: `${name}-socket-listening`,
    module: 'listening',
    config: { socket: `${partition}/${path}`, service: name, log },
  });
  const served = (name: string, service: RelayService, bundle: string): PlannedPromise => ({
    name,
    module: 'certificate_served',
    config: {
      ...endpoint(service),
      protocol: 'smtp',
      'certificate-file': `${partition}/${bundle}`,
      'listen-promise': listenPromise[service],
    },
  });
  const queue = (service: RelayService): PlannedPromise => ({
    name: `${service}-queue-age`,
    module: 'mail_queue_age',
    config: {
      'postqueue-command': `${partition}/bin/${service}-postqueue`,
      'max-age': '14400',
      'listen-promise': listenPromise[service],
    },
  });
  return [
    ...commonPromises(place),
    ...monitorPromises(place),
    webCertificatePromise(place, nodeBundle),
    listening('inbound'),
    listening('outbound'),
    socket('postgrey', 'var/run/postgrey.sock', 'var/log/inbound-postfix.log'),
    socket('policy', 'var/run/policy.sock', 'var/log/policy.log'),
    socket('sasl', 'var/run/sasl/auth-postfix', 'var/log/sasl.log'),
    served('outbound_certificate_served', 'outbound', nodeBundle),
    ...(inboundCertificate === null
      ? []
      : [
          served('inbound_custom_certificate_served', 'inbound', inboundBundle),
          {
            name: 'inbound_custom_certificate_not_expired',
            module: 'certificate_lasts',
            config: {
              'certificate-file': `${partition}/${inboundBundle}`,
              openssl: place.programs['openssl'] ?? 'openssl',
              days: '5',
              remedy: 'give the cluster a new custom-inbound-certificate for this node',
            },
          },
        ]),
    queue('inbound'),
    queue('outbound'),
  ];
}
