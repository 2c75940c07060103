import { expect } from 'chai';

import type { Answers, RelationRequest } from '../../../../src/model/answers.ts';
import { checkAgainstSchema } from '../../../../src/validate/json-schema.ts';
import { contents, publication } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import {
  answers as silent,
  type ClusterProcessing,
  domainOf as domainOfNode,
  pointsHere,
  processCluster,
  processNode,
} from '../../../support/relay-run.ts';

const mailExchangers = { 'a.example': pointsHere, 'b.example': pointsHere };
const [old, current, next] = [fingerprint('A1'), fingerprint('A2'), fingerprint('A3')];
/** Not at the node's own address. */
const domainOf = (name: string, more: object = {}) =>
  domainOfNode(name, { 'mail-server-host': 'fd00::a1', ...more });
const known = (name: string, ...fingerprints: string[]) =>
  domainOf(name, { authentication: 'fingerprint', fingerprints });

const run = (processing: ClusterProcessing) => processCluster({ mailExchangers, ...processing });

/** What each of these nodes answers once it has applied the requests; the others answer as they did. */
function appliedBy(names: readonly string[], requests: readonly RelationRequest[], before: Answers): Answers {
  const after = names.map((name): [string, Answers[string]] => {
    const parameters = requests.find((request) => request.name === name)?.parameters ?? {};
    return [name, { ...before[name], applied: publication(processNode(parameters).plan, '')?.['applied'] }];
  });
  return { ...before, ...Object.fromEntries(after) };
}

/** Both nodes have answered, and have applied that there is no domain. */
const withoutDomains = appliedBy(['first', 'second'], run({}).requests, silent);

describe('the answer to a relayed domain', () => {
  const domains = { _a: known('a.example', current, next) };
  const { requests } = run({ domains, answers: withoutDomains });
  const [one, both] = [['first'], ['first', 'second']].map((names) =>
    appliedBy(names, requests, withoutDomains),
  );
  const answer = (processing: ClusterProcessing) => {
    const { plan } = run({ domains, ...processing });
    return plan.publications.find(({ target }) => target === '_a')?.parameters;
  };
  const missing = (processing: ClusterProcessing) =>
    contents(run({ domains, ...processing }).plan).get('var/missing');

  it('waits until a node has applied it, and a promise says for which', () => {
    expect(answer({ answers: withoutDomains })).to.equal(undefined);
    expect(missing({ answers: withoutDomains })).to.equal(
      ['first', 'second']
        .map(
          (name) =>
            `node ${name} has not applied a.example yet, which waits for it; process it, or see why it fails\n`,
        )
        .join(''),
    );
  });

  it('names the nodes that have, with the certificates of all', () => {
    const ofOne = answer({ answers: one ?? {} });
    expect(ofOne).to.deep.include({ 'outbound-host': 'fd00::11', 'outbound-hosts': ['fd00::11'] });
    expect(ofOne?.['tls-fingerprints']).to.deep.equal(['11', '12', '21', '22'].map(fingerprint));
    expect(missing({ answers: one ?? {} })).to.equal('');
    expect(answer({ answers: both ?? {} })).to.deep.include({ 'outbound-hosts': ['fd00::11', 'fd00::22'] });
  });

  it('waits for every node where one name stands for all of them', () => {
    const parameters = { 'relay-domain': 'relay.example.net' };
    expect(answer({ parameters, answers: one ?? {} })).to.equal(undefined);
    expect(missing({ parameters, answers: one ?? {} })).to.match(
      /^node second has not applied a\.example yet.*\n$/,
    );
    expect(answer({ parameters, answers: both ?? {} })).to.include({ 'outbound-host': 'relay.example.net' });
  });

  it('waits for no node of a release that does not say what it has applied', () => {
    expect(answer({ answers: silent })).to.deep.include({ 'outbound-hosts': ['fd00::11', 'fd00::22'] });
    expect(answer({ answers: silent })).to.not.have.property('applied');
  });

  it('goes on while nodes do not know its new fingerprints or its new place yet', () => {
    const later = [
      { _a: known('a.example', next, old) },
      { _a: { ...known('a.example', current, next), 'mail-server-host': 'fd00::2' } },
    ];
    for (const changed of later)
      expect(answer({ domains: changed, answers: both ?? {} })).to.deep.include({
        'outbound-hosts': ['fd00::11', 'fd00::22'],
      });
  });

  it('of another holder waits, though the nodes know the domain', () => {
    const { plan } = run({ domains: { _other: known('a.example', current, next) }, answers: both ?? {} });
    expect(plan.publications.map(({ target }) => target)).to.deep.equal(['']);
  });

  it('to a change of authentication waits, as the password works nowhere yet', () => {
    const changed = { _a: domainOf('a.example', { authentication: 'password' }) };
    expect(answer({ domains: changed, answers: both ?? {} })).to.equal(undefined);
    const applied = appliedBy(
      ['second'],
      run({ domains: changed, answers: both ?? {} }).requests,
      both ?? {},
    );
    expect(answer({ domains: changed, answers: applied })).to.include({
      'outbound-user': 'a.example',
      'outbound-host': 'fd00::22',
    });
  });

  it('says which of its fingerprints all named nodes trust', () => {
    expect(answer({ answers: both ?? {} })?.['applied']).to.deep.equal({ fingerprints: [current, next] });
    const rotated = { _a: known('a.example', next, old) };
    expect(answer({ domains: rotated, answers: both ?? {} })?.['applied']).to.deep.equal({
      fingerprints: [next],
    });
    const { requests: later } = run({ domains: rotated, answers: both ?? {} });
    const partly = appliedBy(['second'], later, both ?? {});
    expect(answer({ domains: rotated, answers: partly })?.['applied']).to.deep.equal({
      fingerprints: [next],
    });
    const wholly = appliedBy(['first'], later, partly);
    expect(answer({ domains: rotated, answers: wholly })?.['applied']).to.deep.equal({
      fingerprints: [next, old],
    });
  });

  it('says nothing of the kind to a domain without fingerprints', () => {
    const plain = { _a: domainOf('a.example') };
    const applied = appliedBy(
      ['first'],
      run({ domains: plain, answers: withoutDomains }).requests,
      withoutDomains,
    );
    expect(answer({ domains: plain, answers: applied }))
      .to.include({ 'outbound-host': 'fd00::11' })
      .and.not.have.property('applied');
  });

  it('is what its schema says, as is what nodes publish', () => {
    const check = (schema: string, value: unknown) =>
      checkAgainstSchema(`mail-server-relay/${schema}`, value).problems;
    expect(check('domain-output.json', answer({ answers: both ?? {} }))).to.deep.equal([]);
    const [node] = requests;
    expect(
      check('relay-output.json', publication(processNode(node?.parameters ?? {}).plan, '')),
    ).to.deep.equal([]);
    expect(check('relay-input.json', node?.parameters)).to.deep.equal([]);
  });
});

describe('a node is told', () => {
  const told = (trusted: readonly (readonly string[] | null)[], answers: Answers = silent) => {
    const names = ['a.example', 'b.example'];
    const domains = Object.fromEntries(
      trusted.map((fingerprints, index): [string, object] => [
        `_${index}`,
        domainOf(names[index] ?? '', fingerprints === null ? {} : { applied: { fingerprints } }),
      ]),
    );
    return run({ domains, answers }).requests.find(({ name }) => name === 'first')?.parameters['applied'];
  };
  const [now, then, others] = [fingerprint('11'), fingerprint('12'), fingerprint('21')];

  it('which of its certificates all mail servers trust that say so', () => {
    expect(
      told([
        [now, then, others],
        [now, then],
      ]),
    ).to.deep.equal({ fingerprints: [now, then] });
    expect(
      told([
        [now, then],
        [now.toLowerCase(), others],
      ]),
    ).to.deep.equal({ fingerprints: [now] });
    expect(told([[now, then], null])).to.deep.equal({ fingerprints: [now, then] });
    expect(told([[]])).to.deep.equal({ fingerprints: [] });
  });

  it('nothing where no mail server says so', () => {
    expect(told([null, null])).to.equal(undefined);
    expect(told([])).to.equal(undefined);
  });
});
