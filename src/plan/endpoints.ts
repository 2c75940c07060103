/** Ports and addresses of services, as they are in use. */
import type { Place } from '../model/place.ts';

/** The port of a service as it is in use. */
export function portOf(place: Place, service: string): number {
  const record = place.ports[service];
  if (!record) throw new Error(`no port was allocated for ${service}`);
  return record.port;
}

/** Addresses that a service listens on: the IPv6, and the IPv4 where its port was free there. */
export function listenAddresses(place: Place, service: string): string[] {
  const ipv4 = place.ports[service]?.ipv4 ? place.ipv4 : null;
  return ipv4 === null ? [place.ipv6] : [place.ipv6, ipv4];
}

/** `[address]:port` of a service, as Postfix and start scripts write it. */
export function endpointsOf(place: Place, service: string): string[] {
  return listenAddresses(place, service).map((address) => `[${address}]:${portOf(place, service)}`);
}
