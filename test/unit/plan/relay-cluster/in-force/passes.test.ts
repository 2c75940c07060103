/** Passes of slapgrid over mail servers, a cluster and its nodes, from nothing: each instance reads what others have published by then. */
import { expect } from 'chai';

import { emptyLedger, type Ledger } from '../../../../../src/ledger/types.ts';
import type { Answers, RelationRequest } from '../../../../../src/model/answers.ts';
import type { ReleaseDefinition } from '../../../../../src/releases/definition.ts';
import { mailServer } from '../../../../../src/releases/mail-server.ts';
import { relayCluster } from '../../../../../src/releases/relay-cluster.ts';
import { relayNode } from '../../../../../src/releases/relay-node.ts';
import { contents } from '../../../../support/mail-server-run.ts';
import { fingerprint } from '../../../../support/fingerprint.ts';
import { placeWith, portsOf } from '../../../../support/place.ts';
import { providedFor } from '../../../../support/provided.ts';
import { pointsHere } from '../../../../support/relay-run.ts';

type Parameters = Readonly<Record<string, unknown>>;

interface Instance {
  name: string;
  release: ReleaseDefinition;
  /** Last part of its address, and mark of its certificates. */
  number: number;
  parameters: () => Parameters;
  ledger: Ledger;
  /** Texts of the promise on what is missing, after the last processing. */
  missing: string;
  changes: number;
}

const domainOf = (server: string) => `${server}.example`;

/** `order`: in which a pass comes to the partitions. */
function world(order: readonly string[]) {
  const published = new Map<string, Parameters>();
  const requested = new Map<string, Parameters>();
  const certificates = new Map<string, [string, string]>();
  let made = 0;
  const newPrint = () => fingerprint((++made).toString(16).padStart(2, '0').toUpperCase());
  const instances = new Map<string, Instance>();
  const add = (name: string, release: ReleaseDefinition, parameters: () => Parameters) => {
    const number = instances.size + 1;
    instances.set(name, { name, release, number, parameters, ledger: emptyLedger, missing: '?', changes: 0 });
    certificates.set(name, [newPrint(), newPrint()]);
  };
  add('cluster', relayCluster, () => ({
    topology: { node1: { fqdn: 'mx1.example.net' }, node2: { fqdn: 'mx2.example.net' } },
  }));
  for (const name of ['mail1', 'mail2'])
    add(name, mailServer, () => ({ 'mail-domains': [domainOf(name)], 'inbound-relay': {} }));

  const isRelay = (name: string) => name.startsWith('mail-server-relay-');
  /** What an instance does in one processing; false where a node does not exist yet. */
  function process(name: string): void {
    const one = instances.get(name);
    if (one === undefined) return;
    const { release, number } = one;
    const shared = [...requested].filter(([key]) => isRelay(key));
    const instance = release.validate({
      softwareType: release.softwareTypes[0] ?? '',
      parameters: one.parameters(),
      sharedRequests:
        name === 'cluster' ? shared.map(([reference, parameters]) => ({ reference, parameters })) : [],
    });
    const { place } = {
      place: placeWith({ ipv6: `fd00::${number}`, ipv4: null, ports: portsOf(servicesOfRelease(one)) }),
    };
    const needs = instance.needs({ ledger: one.ledger, place });
    const seed = new Uint8Array(32);
    const made = providedFor(needs, one.ledger, seed);
    const [current, next] = certificates.get(name) ?? ['', ''];
    const provided = {
      ...made,
      certificates: Object.fromEntries(
        Object.entries(made.certificates).map(([key, pair]) => [key, { ...pair, current, next }]),
      ),
    };
    const mailExchangers = { 'mail1.example': pointsHere, 'mail2.example': pointsHere };
    const facts = (answers: Answers) => ({
      ...{ ledger: one.ledger, place, provided, seed },
      outside: { answers, mailExchangers, texts: {} },
    });
    const ask = (requests: readonly RelationRequest[]) => requests.filter(isAnswered).map(askFor);
    const askFor = (request: RelationRequest): [string, Parameters] => {
      if (JSON.stringify(requested.get(request.name)) !== JSON.stringify(request.parameters))
        one.changes += 1;
      requested.set(request.name, request.parameters);
      return [request.name, published.get(request.name) ?? {}];
    };
    const answered = Object.fromEntries(ask(instance.requests(facts(one.ledger.answers))));
    ask(instance.requests(facts(answered)));
    const plan = instance.plan(facts(answered));
    one.ledger = { ...plan.ledger, answers: answered };
    one.missing = contents(plan).get('var/missing') ?? '';
    for (const { target, parameters } of plan.publications) {
      const key = target === '' ? name : target;
      if (JSON.stringify(published.get(key)) !== JSON.stringify(parameters)) one.changes += 1;
      published.set(key, parameters);
    }
  }
  const isAnswered = ({ name }: RelationRequest) => isRelay(name) || name.startsWith('node');

  return {
    /** What waits after this pass. A pass works on the partitions that were there when it began. */
    pass(): string {
      const there = order.filter((name) => instances.has(name));
      for (const each of instances.values()) each.changes = 0;
      there.forEach(process);
      for (const name of ['node1', 'node2'])
        if (requested.has(name) && !instances.has(name))
          add(name, relayNode, () => requested.get(name) ?? {});
      return [...instances.values()].map(({ missing }) => missing).join('');
    },
    changes: () => [...instances.values()].reduce((sum, { changes }) => sum + changes, 0),
    process,
    published,
    /** Fingerprints of this instance that the others are known to trust, as its provision will hear. */
    trusted(name: string): readonly string[] | null | undefined {
      const one = instances.get(name);
      if (one === undefined) return undefined;
      const place = placeWith();
      const instance = one.release.validate({
        softwareType: one.release.softwareTypes[0] ?? '',
        parameters: one.parameters(),
        sharedRequests: [],
      });
      return instance.needs({ ledger: one.ledger, place }).certificates[0]?.trusted;
    },
    certificates: (name: string) => certificates.get(name) ?? [],
    rotate(name: string) {
      const [, next = ''] = certificates.get(name) ?? [];
      certificates.set(name, [next, newPrint()]);
    },
  };
}

function servicesOfRelease({ release, parameters }: Instance) {
  return release.validate({
    softwareType: release.softwareTypes[0] ?? '',
    parameters: parameters(),
    sharedRequests: [],
  }).services;
}

const orders = [
  ['cluster', 'mail1', 'mail2', 'node1', 'node2'],
  ['mail1', 'mail2', 'cluster', 'node1', 'node2'],
  ['mail1', 'cluster', 'mail2', 'node2', 'node1'],
  ['node1', 'node2', 'mail1', 'mail2', 'cluster'],
  ['node1', 'mail1', 'cluster', 'mail2', 'node2'],
];

describe('mail servers, a cluster and its nodes, from nothing', () => {
  for (const order of orders) {
    it(`miss nothing after five passes, and come to rest: ${order.join(', ')}`, () => {
      const { pass, changes, published, trusted, certificates } = world(order);
      const waiting = Array.from({ length: 5 }, pass);
      expect(waiting.at(-1)).to.equal('');
      for (const name of ['mail1', 'mail2'])
        expect(published.get(`mail-server-relay-${domainOf(name)}`)).to.include.keys(
          'outbound-host',
          'applied',
        );
      // What all know of each other goes round some more.
      for (let more = 0; more < 4; more += 1) pass();
      expect(changes(), 'changes of a pass that has nothing to do').to.equal(0);
      for (const name of ['mail1', 'mail2', 'node1', 'node2'])
        expect(trusted(name), name).to.include.members([...certificates(name)]);
    });
  }

  it('rotate one after the other: nobody’s second next certificate is trusted before the others were processed', () => {
    const { pass, process, rotate, trusted, certificates } = world(orders[0] ?? []);
    for (let passes = 0; passes < 9; passes += 1) pass();
    for (const name of ['mail1', 'node1']) {
      rotate(name);
      const [now, then] = certificates(name);
      process(name);
      expect(trusted(name), name).to.include(now).and.not.include(then);
      for (let passes = 0; passes < 4; passes += 1) pass();
      expect(trusted(name), name).to.include.members([now, then]);
    }
  });
});
