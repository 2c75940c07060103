/** Promises that several releases keep. Pure. */
import type { Place } from '../model/place.ts';
import { portOf } from './endpoints.ts';
import type { PlannedPromise } from './planned.ts';

interface ServedCertificate {
  /** Name of the port on which the certificate is shown. */
  readonly port: string;
  readonly protocol: 'imap' | 'smtp' | 'tls';
  /** Relative to the partition. */
  readonly bundle: string;
  /** Name of the promise that reports when nobody listens there. */
  readonly listenPromise: string;
}

/** Whether what a service shows on `port` is the certificate on the disk. */
export function certificateServed(
  name: string,
  place: Place,
  { port, protocol, bundle, listenPromise }: ServedCertificate,
): PlannedPromise {
  return {
    name,
    module: 'certificate_served',
    config: {
      host: place.ipv6,
      port: String(portOf(place, port)),
      protocol,
      'certificate-file': `${place.partition}/${bundle}`,
      'listen-promise': listenPromise,
    },
  };
}

/** Whether mail has waited for longer than four hours. `postqueue`: name of the instance's tool in `bin/`. */
export function queueAge(
  name: string,
  { partition }: Place,
  { postqueue, listenPromise }: { readonly postqueue: string; readonly listenPromise: string },
): PlannedPromise {
  return {
    name,
    module: 'mail_queue_age',
    config: {
      'postqueue-command': `${partition}/bin/${postqueue}`,
      'max-age': '14400',
      'listen-promise': listenPromise,
    },
  };
}
