import { expect } from 'chai';

import { RequesterError } from '../../../src/errors.ts';
import type { ReleaseDefinition, ValidInstance } from '../../../src/releases/definition.ts';
import { isolate } from '../../../src/releases/isolated.ts';
import { mailServer } from '../../../src/releases/mail-server.ts';
import { relayCluster } from '../../../src/releases/relay-cluster.ts';
import { relayNode } from '../../../src/releases/relay-node.ts';
import { type RequestedInstance, serverFault } from '../../../src/validate/requested.ts';
import { runIsolated } from '../../support/isolated-run.ts';
import { answers, domainOf, topology } from '../../support/relay-run.ts';

type Stage = 'validate' | 'lookups' | 'needs' | 'requests' | 'plan';

/** The release with a bug: at this stage it throws for whatever instance holds the word in its requests. */
function withBug(definition: ReleaseDefinition, stage: Stage, word: string): ReleaseDefinition {
  return {
    ...definition,
    validate(requested) {
      const strike = () => {
        if (JSON.stringify(requested).includes(word)) throw new TypeError(`a bug in ${stage}`);
      };
      if (stage === 'validate') strike();
      const valid = definition.validate(requested);
      if (stage === 'validate') return valid;
      const broken = (...facts: never[]) => {
        strike();
        return (valid[stage] as (...facts: never[]) => unknown)(...facts);
      };
      return { ...valid, [stage]: broken } as ValidInstance;
    },
  };
}

const requests = (shared: Readonly<Record<string, unknown>>): RequestedInstance['sharedRequests'] =>
  Object.entries(shared).map(([reference, parameters]) => ({ reference, parameters }));

const accounts: RequestedInstance = {
  softwareType: 'default',
  parameters: { 'mail-domains': ['example.com'], 'inbound-relay': { enable: false } },
  sharedRequests: requests({
    _alice: { address: 'alice@example.com' },
    _first: { address: 'bad1@example.com' },
    _bob: { address: 'bob@example.com' },
    _second: { kind: 'alias', address: 'bad2@example.com', destinations: ['alice@example.com'] },
    _team: { kind: 'alias', address: 'team@example.com', destinations: ['bob@example.com'] },
  }),
};
const domains: RequestedInstance = {
  softwareType: 'cluster',
  parameters: { topology },
  sharedRequests: requests({
    _one: domainOf('one.example'),
    _first: domainOf('bad1.example'),
    _two: domainOf('two.example'),
    _second: domainOf('bad2.example'),
  }),
};
const stages: readonly Stage[] = ['validate', 'lookups', 'needs', 'requests', 'plan'];

describe('a request at which the server fails', () => {
  for (const [definition, requested] of [
    [mailServer, accounts],
    [relayCluster, domains],
  ] as const) {
    const [type = ''] = definition.softwareTypes;
    for (const stage of stages) {
      it(`is set aside at the stage ${stage} of ${type}, and the others are told what they were told without it`, () => {
        const others = requested.sharedRequests.filter(({ reference }) => !/first|second/.test(reference));
        const alone = runIsolated(definition, { ...requested, sharedRequests: others }, answers);
        const { published, faults } = runIsolated(withBug(definition, stage, 'bad'), requested, answers);
        expect(faults.map(({ name }) => name)).to.deep.equal(['_first', '_second']);
        for (const { error } of faults) expect(error).to.be.instanceOf(TypeError);
        for (const { reference } of others) {
          expect(published.get(reference), reference).to.equal(alone.published.get(reference));
        }
        for (const reference of ['_first', '_second'])
          expect(published.get(reference)).to.contain('server_fault');
      });
    }
  }

  it('is told that it is not his fault, and gets no word of the error', () => {
    const { published } = runIsolated(withBug(mailServer, 'plan', 'bad1'), accounts);
    const told = published.get('_first');
    expect(told).to.contain(serverFault.slice(0, 60));
    expect(told).to.not.contain('a bug in plan');
    expect(published.get('_second')).to.contain('bad2@example.com');
  });

  it('does not reach a node that knows the other domains of its cluster', () => {
    const known = { 'mail-server-port': 25, authentication: 'none' };
    const names = ['one.example', 'bad.example', 'two.example'];
    const requested: RequestedInstance = {
      softwareType: 'relay',
      parameters: { 'mail-domains': names.map((name) => domainOf(name, known)) },
      sharedRequests: [],
    };
    const { published, faults } = runIsolated(withBug(relayNode, 'plan', 'bad'), requested);
    expect(faults.map(({ name }) => name)).to.deep.equal(['bad.example']);
    expect(published.get('')).to.contain('two.example').and.to.not.contain('bad.example');
  });
});

describe('what no request is the cause of', () => {
  it('is thrown as it was', () => {
    expect(() => runIsolated(withBug(mailServer, 'plan', 'mail-domains'), accounts)).to.throw(
      TypeError,
      'a bug in plan',
    );
  });

  it('is refused where it is the instance’s own parameters', () => {
    expect(() => isolate(mailServer, { ...accounts, parameters: {} })).to.throw(
      RequesterError,
      /mail-domains/,
    );
  });
});
