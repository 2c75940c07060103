/** The pure stages of one processing of a relay cluster, or of one of its nodes. */
import { emptyLedger, type Ledger } from '../../src/ledger/types.ts';
import { relayCluster } from '../../src/releases/relay-cluster.ts';
import { relayNode } from '../../src/releases/relay-node.ts';
import type { Answers, RelationRequest } from '../../src/model/answers.ts';
import type { MailExchangers } from '../../src/names/mail-exchangers.ts';
import type { Place } from '../../src/model/place.ts';
import { servicesOf } from '../../src/plan/assemble.ts';
import { clusterParts } from '../../src/plan/relay-cluster/plan.ts';
import { relayNodeParts } from '../../src/plan/relay-node/plan.ts';
import type { Plan } from '../../src/plan/planned.ts';
import type { ReleaseDefinition } from '../../src/releases/definition.ts';
import { fingerprint } from './fingerprint.ts';
import { placeWith, portsOf } from './place.ts';
import { providedFor } from './provided.ts';

export interface ClusterProcessing {
  parameters?: object;
  /** Reference → parameters of the shared instance, in the master's order. */
  domains?: Readonly<Record<string, unknown>>;
  ledger?: Ledger;
  answers?: Answers;
  mailExchangers?: Readonly<Record<string, MailExchangers>>;
  texts?: Readonly<Record<string, readonly string[]>>;
  seed?: number;
}

export interface Processed {
  plan: Plan;
  requests: RelationRequest[];
}

/** Two nodes, in the wrong order of names. */
export const topology = { second: { fqdn: 'mx2.example.net' }, first: { fqdn: 'mx1.example.net' } };

/** What both nodes answer. */
export const answers: Answers = {
  first: {
    'smtp-ipv6': 'fd00::11',
    'smtp-port': '10025',
    'submission-port': '10587',
    'tls-fingerprints': [fingerprint('11'), fingerprint('12')],
  },
  second: {
    'smtp-ipv6': 'fd00::22',
    'smtp-port': '10025',
    'tls-fingerprints': [fingerprint('21'), fingerprint('22')],
  },
};

export const pointsHere: MailExchangers = { kind: 'exchangers', names: ['mx1.example.net'] };
export const pointsElsewhere: MailExchangers = { kind: 'exchangers', names: ['mx.example.org'] };

/** A domain without a mail server's certificate or password. */
export const domainOf = (name: string, more: object = {}) => ({
  name,
  'mail-server-host': 'fd00::1',
  ...more,
});

export function processCluster(processing: ClusterProcessing = {}): Processed {
  const {
    parameters,
    domains = {},
    ledger = emptyLedger,
    mailExchangers = {},
    texts = {},
    seed = 0,
  } = processing;
  return processed(relayCluster, {
    parameters: { topology, ...parameters },
    domains,
    ledger,
    seed,
    place: placeWith({ ports: portsOf(servicesOf(clusterParts)) }),
    outside: { answers: processing.answers ?? answers, mailExchangers, texts },
  });
}

export function processNode(parameters: object, place: Partial<Place> = {}): Processed {
  const ports = portsOf(servicesOf(relayNodeParts));
  return processed(relayNode, {
    parameters,
    domains: {},
    ledger: emptyLedger,
    seed: 0,
    place: placeWith({ ports, ...place }),
    outside: { answers: {}, mailExchangers: {}, texts: {} },
  });
}

function processed(
  release: ReleaseDefinition,
  input: {
    parameters: object;
    domains: Readonly<Record<string, unknown>>;
    ledger: Ledger;
    seed: number;
    place: Place;
    outside: { answers: Answers } & Required<Pick<ClusterProcessing, 'mailExchangers' | 'texts'>>;
  },
): Processed {
  const { ledger, place, outside } = input;
  const instance = release.validate({
    softwareType: release.softwareTypes[0] ?? '',
    parameters: input.parameters,
    sharedRequests: Object.entries(input.domains).map(([reference, parameters]) => ({
      reference,
      parameters,
    })),
  });
  const seed = new Uint8Array(32).fill(input.seed);
  const provided = providedFor(instance.needs({ ledger, place }), ledger, seed);
  const facts = { ledger, place, provided, outside, seed };
  return { plan: instance.plan(facts), requests: instance.requests(facts) };
}

/** The cluster requests its nodes for itself alone, and a frontend as a shared instance. */
export function nodeRequests(requests: readonly RelationRequest[]): RelationRequest[] {
  return requests.filter(({ shared }) => !shared);
}
