/** Stage 3 for the relay cluster. Pure. */
import type { DomainRecord, Ledger } from '../../ledger/types.ts';
import type {
  ClusterNode,
  ClusterRequest,
  RelayConfig,
} from '../../validate/mail-server-relay/cluster-request.ts';
import { parseRelayedDomain } from '../../validate/mail-server-relay/relayed-domain.ts';
import type { Outside } from '../answers.ts';
import type { Place } from '../place.ts';
import { passwordFrom } from '../seed.ts';
import { type DecidedDomain, decideDomains } from './arbitration.ts';

export interface Cluster {
  place: Place;
  /** In use: started ones, ordered by name. */
  nodes: readonly ClusterNode[];
  /** All that are wanted, also stopped ones. */
  requestedNodes: readonly ClusterNode[];
  relayDomain: string | null;
  domains: readonly DecidedDomain[];
  /** Records of requests that were refused this time: they keep what they hold. */
  kept: readonly DomainRecord[];
  refused: ClusterRequest['refused'];
  /** Sender domain → id of the delivery service that takes its mail. */
  deliveryServices: ReadonlyMap<string, string>;
  /** What is wrong with the parameters and stops nothing. */
  errors: readonly string[];
  secrets: Readonly<Record<ClusterSecret, string>>;
}

export type ClusterSecret = 'monitor-password' | 'verification-secret';

export function buildCluster(
  request: ClusterRequest,
  ledger: Ledger,
  place: Place,
  outside: Outside,
  seed: Uint8Array,
): Cluster {
  const secret = (name: ClusterSecret) => ledger.secrets[name] ?? passwordFrom(seed, name);
  const { services, errors } = servicesByDomain(request.defaultConfig);
  const started = request.nodes.filter(({ state }) => state === 'started');
  const verificationSecret = secret('verification-secret');
  return {
    place,
    nodes: started,
    requestedNodes: request.nodes.filter(({ state }) => state !== 'destroyed'),
    relayDomain: request.relayDomain,
    deliveryServices: services,
    errors,
    refused: request.refused,
    secrets: { 'monitor-password': secret('monitor-password'), 'verification-secret': verificationSecret },
    ...decideDomains(request.claims, {
      before: ledger.domains,
      refused: new Set(request.refused.map(({ reference }) => reference)),
      mailExchangers: outside.mailExchangers,
      texts: outside.texts,
      fqdns: new Set(request.nodes.flatMap(({ fqdn }) => (fqdn === null ? [] : [fqdn.toLowerCase()]))),
      vouchedFor: new Set(services.keys()),
      seed,
      secret: verificationSecret,
    }),
  };
}

/** The first service that lists a domain keeps it. */
export function servicesByDomain(config: RelayConfig): { services: Map<string, string>; errors: string[] } {
  const services = new Map<string, string>();
  const errors: string[] = [];
  for (const [id, { domains }] of Object.entries(config['proxy-map'])) {
    for (const written of domains) {
      const domain = parseRelayedDomain(written);
      if (domain === null) {
        errors.push(`proxy ${id}: "${written}" is not a domain name`);
        continue;
      }
      const first = services.get(domain);
      if (first === undefined) services.set(domain, id);
      else if (first !== id)
        errors.push(`${domain} appears in multiple proxies: ${first} keeps it, ${id} does not`);
    }
  }
  return { services, errors };
}
