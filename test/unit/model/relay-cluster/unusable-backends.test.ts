import { expect } from 'chai';

import { emptyLedger } from '../../../../src/ledger/types.ts';
import { relayCluster } from '../../../../src/releases/relay-cluster.ts';
import type { Place } from '../../../../src/model/place.ts';
import { publication } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { placeWith } from '../../../support/place.ts';
import { providedFor } from '../../../support/provided.ts';
import {
  answers,
  type ClusterProcessing,
  domainOf,
  nodeRequests,
  processCluster,
} from '../../../support/relay-run.ts';

const absent = { kind: 'absent' as const };
const namesOf = (domains: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.values(domains).map((each) => [(each as { name: string }).name, absent]));
const cluster = (domains: Readonly<Record<string, unknown>>, more: ClusterProcessing = {}) =>
  processCluster({ domains, mailExchangers: namesOf(domains), ...more });

describe('a domain whose backend is a node of the cluster', () => {
  it('is refused alone, in any spelling and by either port of the node', () => {
    const loop = (host: string, port: number) => ({ 'mail-server-host': host, 'mail-server-port': port });
    const domains = {
      _one: domainOf('one.example', loop('FD00:0::11', 10025)),
      _two: domainOf('two.example', loop('fd00::11', 10587)),
      _three: domainOf('three.example', loop('fd00::22', 10025)),
      _good: domainOf('good.example', loop('fd00::33', 10025)),
    };
    const { plan } = cluster(domains);
    expect(publication(plan, '_one')).to.deep.equal({
      domain: 'one.example',
      error:
        '/mail-server-host: [fd00::11]:10025 is a node of this cluster; ' +
        'write the address at which the cluster reaches the mail server',
    });
    for (const reference of ['_two', '_three'])
      expect(publication(plan, reference)?.['error']).to.contain('is a node of this cluster');
    expect(publication(plan, '')).to.deep.include({ 'backend-domains': 'good.example' });
    expect(plan.ledger.domains.map(({ reference }) => reference)).to.deep.equal(['_good']);
  });

  it('is looked for among answers that may be nonsense: it breaks nobody', () => {
    const domains = { _a: domainOf('a.example') };
    for (const nonsense of ['a:b', ':', '::1%eth0', 'fd00::11]/', 7, null]) {
      const { plan } = cluster(domains, { answers: { ...answers, mx1: { 'smtp-ipv6': nonsense } } });
      expect(publication(plan, '_a'), String(nonsense)).to.not.have.property('error');
    }
  });

  it('is not one that only shares the address of a node', () => {
    const domains = {
      _a: domainOf('a.example', { 'mail-server-host': 'fd00::11', 'mail-server-port': 10026 }),
    };
    expect(publication(cluster(domains).plan, '_a')).to.not.have.property('error');
  });

  it('keeps its name but is not relayed, when it was accepted before the node had an address', () => {
    const domains = { _a: domainOf('a.example', { 'mail-server-host': 'fd00::11' }) };
    const before = cluster(domains, { answers: {} }).plan;
    const { plan, requests } = cluster(domains, { ledger: before.ledger });
    expect(publication(plan, '_a')).to.have.all.keys('domain', 'error');
    expect(publication(plan, '')).to.deep.include({ 'backend-domains': '' });
    for (const { parameters } of nodeRequests(requests)) expect(parameters['mail-domains']).to.deep.equal([]);
    expect(plan.ledger.domains).to.deep.equal(before.ledger.domains);
    const moved = { _a: domainOf('a.example'), _b: domainOf('a.example') };
    const after = cluster(moved, { ledger: plan.ledger }).plan;
    expect(publication(after, '_a')).to.include({ 'outbound-host': 'fd00::11' });
  });
});

describe('a domain whose backend is a loopback address', () => {
  const processAt = (place: Partial<Place>) => {
    const hosts = ['::1', '127.0.0.1', '::ffff:127.0.0.2'];
    const instance = relayCluster.validate({
      softwareType: 'cluster',
      parameters: { topology: {} },
      sharedRequests: hosts.map((host) => ({
        reference: host,
        parameters: domainOf('a.example', { 'mail-server-host': host }),
      })),
    });
    const facts = { ledger: emptyLedger, place: placeWith(place) };
    return instance
      .plan({
        ...facts,
        provided: providedFor(instance.needs(facts), emptyLedger),
        seed: new Uint8Array(32),
        outside: { answers, mailExchangers: { 'a.example': absent }, texts: {} },
      })
      .publications.filter(({ target }) => target !== '')
      .map(({ parameters }) => parameters['error']);
  };

  it('is refused', () => {
    for (const error of processAt({}))
      expect(error).to.match(/^\/mail-server-host: \S+ is loopback, each node's own; write the address/);
  });

  it('is accepted where the cluster itself has such an address: all is on one machine', () => {
    for (const place of [{ ipv6: '::1' }, { ipv4: '127.0.0.1' }])
      expect(processAt(place)).to.deep.equal([
        undefined,
        'this domain has already been claimed',
        'this domain has already been claimed',
      ]);
  });
});

describe('mail servers of which domains name different fingerprints', () => {
  const printOf = (index: number) =>
    Array.from({ length: 32 }, (_, byte) => (byte < 2 ? index >> (8 * byte) : 0) & 0xff)
      .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
      .join(':');
  const claim = (name: string, print: string) =>
    domainOf(name, { authentication: 'fingerprint', fingerprints: [print] });
  const attack = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`_x${index}`, claim(`x${index}.example`, printOf(index))]),
  );
  const victim = { _victim: claim('victim.example', fingerprint('AA')) };
  const relayed = (processing: ReturnType<typeof cluster>) =>
    (processing.requests[0]?.parameters['mail-domains'] as { name: string; fingerprints: string[] }[]).filter(
      ({ name }) => name === 'victim.example',
    );

  it('are so many at most: those that were there first stay, and each one too many hears why', () => {
    const { ledger } = cluster(victim).plan;
    const after = cluster({ ...attack, ...victim }, { ledger });
    expect(relayed(after)).to.have.lengthOf(1);
    const errors = after.plan.publications.map(({ parameters }) => parameters['error']).filter(Boolean);
    expect(errors).to.have.lengthOf(100);
    expect(new Set(errors)).to.have.lengthOf(1);
    expect(errors[0]).to.match(
      /^\/fingerprints: other domains name other fingerprints of \[fd00::1\]:10025, /,
    );
  });

  it('do not keep out who names the same as another, or is on a mail server of its own', () => {
    const { ledger } = cluster({ ...victim, ...attack }).plan;
    const more = {
      _same: claim('same.example', fingerprint('AA')),
      _own: { ...claim('own.example', fingerprint('BB')), 'mail-server-port': 25 },
    };
    const { plan } = cluster({ ...more, ...attack, ...victim }, { ledger });
    for (const reference of ['_same', '_own', '_victim'])
      expect(publication(plan, reference), reference).to.not.have.property('error');
  });

  it('keep those relayed whose certificate changes meanwhile, by the previous fingerprints', () => {
    const { ledger } = cluster({ ...victim, ...attack }).plan;
    const rotated = { _victim: claim('victim.example', fingerprint('CC')) };
    const after = cluster({ ...attack, ...rotated }, { ledger });
    expect(relayed(after).map(({ fingerprints }) => fingerprints)).to.deep.equal([[fingerprint('AA')]]);
    expect(publication(after.plan, '_victim')?.['error']).to.match(/^\/fingerprints: /);
    expect(publication(after.plan, '_victim')).to.include({ 'outbound-host': 'fd00::11' });
  });
});
