/** Builds the model of a relay cluster. Pure. */
import type { ClusterNode, ClusterRequest } from '../../validate/relay-cluster/request.ts';
import { servicesByDomain } from '../delivery-services.ts';
import type { Facts } from '../facts.ts';
import type { Place } from '../place.ts';
import { secretOf } from '../provided.ts';
import { type DecidedDomain, decideDomains } from './arbitration.ts';
import type { SecretName } from './needs.ts';
import { problemOfAddress, setUnusableBackendsAside } from './unusable-backends.ts';

export interface Cluster {
  place: Place;
  /** The nodes that are started, by name. */
  nodes: readonly ClusterNode[];
  /** All nodes that are not destroyed, also stopped ones. */
  requestedNodes: readonly ClusterNode[];
  relayDomain: string | null;
  postmaster: string | null;
  domains: readonly DecidedDomain[];
  /** Refused requests that hold no domain. */
  refused: ClusterRequest['refused'];
  /** Sender domain → id of the delivery service that takes its mail. */
  deliveryServices: ReadonlyMap<string, string>;
  /** Faults in the parameters that do not stop the instance. */
  errors: readonly string[];
  secrets: Readonly<Record<SecretName, string>>;
}

export function buildCluster(
  request: ClusterRequest,
  { ledger, place, provided, outside, seed }: Facts,
): Cluster {
  const { services, errors } = servicesByDomain(request.defaultConfig['proxy-map']);
  const started = request.nodes.filter(({ state }) => state === 'started');
  const wanted = request.nodes.filter(({ state }) => state !== 'destroyed');
  const verificationSecret = secretOf(provided, 'verification-secret');
  const addresses = { place, answers: outside.answers };
  const { claims, refused } = setUnusableBackendsAside(request, ledger.domains, addresses);
  const domains = decideDomains(claims, {
    before: ledger.domains,
    refused: new Map(refused.map(({ reference, error }) => [reference, error])),
    mailExchangers: outside.mailExchangers,
    texts: outside.texts,
    // MX records may point to a stopped node too: domains stay verified while it is repaired.
    fqdns: new Set(wanted.flatMap(({ fqdn }) => (fqdn === null ? [] : [fqdn.toLowerCase()]))),
    vouchedFor: new Set(services.keys()),
    seed,
    secret: verificationSecret,
  }).map((decided): DecidedDomain => {
    const isUnusable = decided.problem !== null && problemOfAddress(decided.claim, addresses) !== null;
    return isUnusable && decided.record !== null ? { ...decided, state: { kind: 'unusable' } } : decided;
  });
  const keeps = new Set(domains.flatMap(({ record }) => (record === null ? [] : [record.reference])));
  return {
    place,
    nodes: started,
    requestedNodes: wanted,
    relayDomain: request.relayDomain,
    postmaster: request.postmaster,
    deliveryServices: services,
    errors: [...request.nodeErrors, ...errors],
    domains,
    refused: refused.filter(({ reference }) => !keeps.has(reference)),
    secrets: {
      'monitor-password': secretOf(provided, 'monitor-password'),
      'verification-secret': verificationSecret,
    },
  };
}
