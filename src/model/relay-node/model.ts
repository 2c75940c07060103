/** Builds the model of one relay node from its parameters. Pure. */
import { hash } from 'node:crypto';

import type { RelayInput } from '../../generated/types/mail-server-relay/relay-input.ts';
import { canonicalAddress } from '../../names/ip-address.ts';
import { parseCertificateBundle } from '../../validate/certificate-bundle.ts';
import { relayPostmasterOf } from '../../validate/relay-postmaster.ts';
import { greylistingExceptionsOf, type GreylistingExceptions } from '../../validate/greylisting.ts';
import { servicesByDomain } from '../delivery-services.ts';
import { parseServer } from '../../names/server.ts';
import type { Facts } from '../facts.ts';
import { isTlsImplicit } from '../implicit-tls.ts';
import type { Place } from '../place.ts';
import { type CertificatePair, certificatePair, secretOf } from '../provided.ts';
import { identity } from './needs.ts';
import { type NodeNames, nodeNamesOf } from './node-names.ts';

export interface RelayNode extends NodeNames {
  place: Place;
  /** The certificates by which other servers know it. */
  identity: CertificatePair;
  /** Address of whoever runs it. */
  postmaster: string | null;
  /** Those that the cluster accepted, without duplicates. */
  domains: readonly RelayedDomain[];
  /**
   * Domain → what tells the cluster that this processing has seen to it; also of a domain that it had to leave out, for which
   * nothing is to wait. An older cluster gives none.
   */
  digests: ReadonlyMap<string, string>;
  /** Host names of the cluster's nodes, lower case. */
  exchangers: readonly string[];
  deliveryServices: readonly DeliveryService[];
  /** Sender domain → delivery service. */
  serviceOf: ReadonlyMap<string, DeliveryService>;
  /** Whether softfail of SPF is refused as fail is. */
  refuseSpfSoftfail: boolean;
  greylisting: Greylisting;
  /** PEM text, or null for the node's own certificate. */
  inboundCertificate: string | null;
  secrets: Readonly<Record<'monitor-password' | 'auth-policy-key', string>>;
}

export interface Greylisting {
  isOn: boolean;
  /** Seconds; at least one. */
  delay: number;
  exceptions: GreylistingExceptions;
}

export interface RelayedDomain {
  name: string;
  host: string;
  port: number;
  authentication: 'none' | 'password' | 'fingerprint';
  fingerprints: readonly string[];
  password: string | null;
}

export interface DeliveryService {
  /**
   * Name of its Postfix transport, derived from the service itself, not from its position: queued mail keeps the name, and
   * must never be sent with another service's password.
   */
  transport: string;
  host: string;
  port: number;
  /** TLS begins with the first byte, not after STARTTLS. */
  implicitTls: boolean;
  login: { user: string; password: string } | null;
}

export function buildRelayNode(
  input: RelayInput,
  { place, provided }: Pick<Facts, 'place' | 'provided'>,
): RelayNode {
  const services = new Map(
    Object.entries(input['proxy-map']).map(
      ([id, { host, user, password, ...rest }]): [string, DeliveryService] => [
        id,
        {
          transport: transportOf(id, { host, port: rest.port, user }),
          host: parseServer(host) ?? host,
          port: rest.port,
          implicitTls: isTlsImplicit(rest),
          login: user === undefined || password === undefined ? null : { user, password },
        },
      ],
    ),
  );
  const { services: idOf } = servicesByDomain(input['proxy-map']);
  const serviceOf = [...idOf].flatMap(([domain, id]): [string, DeliveryService][] => {
    const service = services.get(id);
    return service ? [[domain, service]] : [];
  });
  return {
    place,
    identity: certificatePair(provided, identity.name),
    ...nodeNamesOf(input, place),
    postmaster: relayPostmasterOf(input.postmaster, []).address,
    domains: [...new Map(input['mail-domains'].map((domain) => [domain.name, domain])).values()]
      .map(relayedDomain)
      .filter((domain) => !isOwn(domain, place)),
    digests: new Map(
      input['mail-domains'].flatMap(({ name, digest }): [string, string][] =>
        digest === undefined ? [] : [[name, digest]],
      ),
    ),
    exchangers: [...new Set(input['cluster-fqdns'].map((fqdn) => fqdn.toLowerCase()))].sort(),
    deliveryServices: [...services.values()],
    serviceOf: new Map(serviceOf),
    refuseSpfSoftfail: input['refuse-spf-softfail'],
    greylisting: greylistingOf(input.greylisting),
    inboundCertificate: inboundCertificateOf(input['custom-inbound-certificate']),
    secrets: {
      'auth-policy-key': secretOf(provided, 'auth-policy-key'),
      'monitor-password': input['monitor-password'] ?? secretOf(provided, 'monitor-password'),
    },
  };
}

function greylistingOf(input: RelayInput['greylisting']): Greylisting {
  return {
    isOn: input.enable,
    // Postgrey takes 0 for its own default, five minutes.
    delay: Math.max(1, input['greylisting-delay']),
    exceptions: greylistingExceptionsOf(input, '/greylisting').exceptions,
  };
}

function inboundCertificateOf(written: string | undefined): string | null {
  const parsed = written === undefined ? null : parseCertificateBundle(written);
  return parsed !== null && 'bundle' in parsed ? parsed.bundle : null;
}

/** A hash, because ids and logins may contain characters that a name in master.cf may not. */
function transportOf(id: string, service: { host: string; port: number; user: string | undefined }): string {
  const identity = JSON.stringify([id, service.host, service.port, service.user ?? null]);
  return `delivery-${hash('sha256', identity, 'hex').slice(0, 16)}`;
}

/** Whether the domain's mail server is this node itself, to which relaying would loop. */
function isOwn({ host, port }: RelayedDomain, { ipv6, ipv4, ports }: Place): boolean {
  return ['inbound', 'outbound'].some((service) => {
    const used = ports[service];
    const isHere = host === canonicalAddress(ipv6) || (host === ipv4 && used?.ipv4);
    return used?.port === port && isHere;
  });
}

function relayedDomain(input: RelayInput['mail-domains'][number]): RelayedDomain {
  return {
    name: input.name,
    host: canonicalAddress(input['mail-server-host']),
    port: input['mail-server-port'],
    authentication: input.authentication,
    fingerprints: input.fingerprints.map((print) => print.toUpperCase()),
    password: input.password ?? null,
  };
}
