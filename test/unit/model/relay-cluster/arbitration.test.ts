import { expect } from 'chai';
import fc from 'fast-check';

import { relayCluster } from '../../../../src/releases/relay-cluster.ts';
import { emptyLedger, type DomainRecord, type Ledger } from '../../../../src/ledger/types.ts';
import type { MailExchangers } from '../../../../src/names/mail-exchangers.ts';
import {
  type ClusterProcessing,
  domainOf,
  nodeRequests,
  pointsElsewhere,
  pointsHere,
  processCluster,
} from '../../../support/relay-run.ts';
import { publication } from '../../../support/mail-server-run.ts';

const taken = 'this domain has already been claimed';
const notVerified =
  'Your domain has not yet passed our domain verification:\n' +
  'please set MX records pointing to this mail relay cluster';
const broken: MailExchangers = { kind: 'error', reason: 'queryMx ESERVFAIL example.com' };

const name = 'example.com';
const rivals = { _one: domainOf(name), _two: domainOf(name) };
const mx = (found: MailExchangers) => ({ mailExchangers: { [name]: found } });

/** `accepted`, or the error, of each reference. */
function outcome(processing: ClusterProcessing): Record<string, unknown> {
  const { publications } = processCluster({ domains: { _one: domainOf(name) }, ...processing }).plan;
  return Object.fromEntries(
    publications
      .filter(({ target }) => target !== '')
      .map(({ target, parameters }) => [target, parameters['error'] ?? 'accepted']),
  );
}

const ledgerWith = (...domains: Partial<DomainRecord>[]): Ledger => ({
  ...emptyLedger,
  domains: domains.map((more) => ({
    domain: name,
    reference: '_one',
    password: null,
    verified: true,
    backend: { host: 'fd00::1', port: 10025, authentication: 'none', fingerprints: [] },
    ...more,
  })),
});

/** The text of the TXT record that proves the claim, as it was published. */
function proofOf(reference: string, processing: ClusterProcessing): string {
  const entry = publication(processCluster(processing).plan, reference)?.['verification-entry'];
  return /^example\.com\. TXT "(.*)"$/.exec(String(entry))?.[1] ?? '';
}

describe('verification of a domain', () => {
  it('accepts a name that does not exist', () => {
    expect(outcome(mx({ kind: 'absent' }))).to.deep.equal({ _one: 'accepted' });
  });

  it('accepts MX records of which one is a node of the cluster, in any letter case of the topology', () => {
    const names = ['mx.example.org', 'mx1.example.net'];
    expect(outcome(mx({ kind: 'exchangers', names }))).to.deep.equal({ _one: 'accepted' });
    const parameters = { topology: { a: { fqdn: 'MX1.Example.NET.' } } };
    expect(outcome({ ...mx(pointsHere), parameters })).to.deep.equal({ _one: 'accepted' });
  });

  it('refuses MX records that point elsewhere, also to names that only resemble a node', () => {
    for (const elsewhere of [
      'mx.example.org',
      'a.mx1.example.net',
      'mx1.example.net.evil.example',
      'example.net',
    ])
      expect(outcome(mx({ kind: 'exchangers', names: [elsewhere] })), elsewhere).to.deep.equal({
        _one: notVerified,
      });
    expect(outcome(mx({ kind: 'exchangers', names: [] }))).to.deep.equal({ _one: notVerified });
  });

  it('without MX records accepts a name without an address, and refuses one with', () => {
    expect(outcome(mx({ kind: 'none', hasAddress: false }))).to.deep.equal({ _one: 'accepted' });
    expect(outcome(mx({ kind: 'none', hasAddress: true }))).to.deep.equal({ _one: notVerified });
  });

  it('that fails is told with the reason of the resolver, and accepts nothing new', () => {
    expect(outcome(mx(broken))).to.deep.equal({ _one: 'queryMx ESERVFAIL example.com' });
    expect(outcome({ ...mx(broken), ledger: ledgerWith({ verified: false }) })).to.deep.equal({
      _one: 'queryMx ESERVFAIL example.com',
    });
  });

  it('that fails takes nothing from a domain that was verified, whoever else wants it', () => {
    const processing = { ...mx(broken), domains: rivals, ledger: ledgerWith({}) };
    expect(outcome(processing)).to.deep.equal({ _one: 'accepted', _two: taken });
    expect(processCluster(processing).plan.ledger.domains).to.deep.equal(ledgerWith({}).domains);
  });

  it('is not needed for a domain that the operator gave to a delivery service, which stays unverified', () => {
    const processing: ClusterProcessing = {
      ...mx(pointsElsewhere),
      domains: { _one: domainOf(name) },
      parameters: {
        'default-relay-config': {
          'proxy-map': { out: { host: 'smtp.example.net', domains: ['Example.COM.'] } },
        },
      },
    };
    expect(outcome(processing)).to.deep.equal({ _one: 'accepted' });
    const { plan } = processCluster(processing);
    expect(plan.ledger.domains.map(({ verified }) => verified)).to.deep.equal([false]);
    expect(outcome({ ...processing, parameters: {}, ledger: plan.ledger })).to.deep.equal({
      _one: notVerified,
    });
  });

  it('works for names that every object of ours has', () => {
    for (const odd of ['constructor', '__proto__']) {
      const domains = { _one: domainOf(odd), _two: domainOf('example.com') };
      const { publications } = processCluster({ domains, ...mx(pointsHere) }).plan;
      expect(
        publications.map(({ parameters }) => parameters['error']),
        odd,
      ).to.deep.equal([undefined, `${odd} has not been looked up`, undefined]);
    }
  });
});

describe('of several claims to one domain', () => {
  it('the first in the list holds it, the next hear that it is taken', () => {
    expect(outcome({ domains: rivals, ...mx(pointsHere) })).to.deep.equal({ _one: 'accepted', _two: taken });
  });

  it('one that differs by letter case or a dot at the end is for the same domain', () => {
    const domains = { _one: domainOf('Example.com'), _two: domainOf('example.COM.') };
    expect(outcome({ domains, ...mx(pointsHere) })).to.deep.equal({ _one: 'accepted', _two: taken });
  });

  it('the one that held it keeps it, wherever it stands in the list', () => {
    const ledger = ledgerWith({ reference: '_two' });
    expect(outcome({ domains: rivals, ledger, ...mx(pointsHere) })).to.deep.equal({
      _one: taken,
      _two: 'accepted',
    });
  });

  it('none is accepted while the domain points elsewhere, and all hear how to prove it', () => {
    const { plan } = processCluster({ domains: rivals, ...mx(pointsElsewhere) });
    expect(publication(plan, '_one')).to.include({ domain: name, error: notVerified });
    expect(publication(plan, '_two')).to.include({ domain: name, error: taken });
    for (const reference of ['_one', '_two']) {
      expect(publication(plan, reference)).to.have.all.keys(
        ...['domain', 'dns-entries', 'verification-entry', 'error'],
      );
      expect(publication(plan, reference)?.['verification-entry']).to.match(
        /^example\.com\. TXT "slapos-mail=[0-9a-f]{32}"$/,
      );
    }
    expect(proofOf('_one', { domains: rivals, ...mx(pointsElsewhere) })).not.to.equal(
      proofOf('_two', { domains: rivals, ...mx(pointsElsewhere) }),
    );
  });

  it('those who come after one that is relayed hear that it is taken, and nothing else', () => {
    const parameters = {
      'default-relay-config': { 'proxy-map': { out: { host: 'smtp.example.net', domains: [name] } } },
    };
    const found = [mx(pointsHere), mx({ kind: 'absent' }), { ...mx(pointsElsewhere), parameters }];
    for (const processing of [...found, { ...mx(broken), ledger: ledgerWith({}) }]) {
      const { plan } = processCluster({ domains: rivals, ...processing });
      expect(publication(plan, '_two')).to.deep.equal({ domain: name, error: taken });
    }
  });

  it('a claim made before the domain pointed here keeps nobody out: who shows the TXT record wins', () => {
    const before = processCluster({ domains: { _squatter: domainOf(name) }, ...mx(pointsElsewhere) }).plan;
    const domains = { _squatter: domainOf(name), _owner: domainOf(name) };
    const contested = { domains, ledger: before.ledger, ...mx(pointsHere) };
    expect(outcome(contested)).to.deep.equal({ _squatter: notVerified, _owner: taken });

    const texts = { [name]: ['v=spf1 -all', proofOf('_owner', contested)] };
    expect(outcome({ ...contested, texts })).to.deep.equal({ _squatter: taken, _owner: 'accepted' });
    // Once verified it stays with its owner, without the record.
    const { ledger } = processCluster({ ...contested, texts }).plan;
    expect(outcome({ ...contested, ledger })).to.deep.equal({ _squatter: taken, _owner: 'accepted' });
  });

  it("another's proof is worth nothing", () => {
    const before = processCluster({ domains: { _one: domainOf(name) }, ...mx(pointsElsewhere) }).plan;
    const contested = { domains: rivals, ledger: before.ledger, ...mx(pointsHere) };
    const proof = proofOf('_one', contested);
    for (const text of [`${proof}0`, proof.slice(0, -1), proof.toUpperCase(), ` ${proof}`])
      expect(outcome({ ...contested, texts: { [name]: [text] } }), text).to.deep.equal({
        _one: notVerified,
        _two: taken,
      });
  });

  it('a claim that vanished is dropped: the next one may have the domain, with a password of its own', () => {
    const claim = domainOf(name, { authentication: 'password' });
    const first = processCluster({ domains: { _one: claim }, ...mx(pointsHere) }).plan;
    const second = processCluster({
      domains: { _two: claim },
      ledger: first.ledger,
      ...mx(pointsHere),
      seed: 1,
    }).plan;
    expect(publication(second, '_two')).to.include({ 'outbound-user': name });
    expect(publication(second, '_two')?.['outbound-password']).not.to.equal(
      publication(first, '_one')?.['outbound-password'],
    );
    expect(second.ledger.domains.map(({ reference }) => reference)).to.deep.equal(['_two']);
    expect(processCluster({ ledger: first.ledger }).plan.ledger.domains).to.deep.equal([]);
  });

  it('a request that turned invalid is relayed as before, hears why, and is whole again when it is mended', () => {
    const claim = domainOf(name, { authentication: 'password' });
    const first = processCluster({ domains: { _one: claim }, ...mx(pointsHere) });
    const invalid = { _one: { ...claim, 'mail-server-host': 'nonsense' }, _two: claim };
    const processing = { domains: invalid, ledger: first.plan.ledger, seed: 1 };
    for (const found of [pointsHere, broken]) {
      const second = processCluster({ ...processing, ...mx(found) });
      const { error, domain, ...rest } = publication(second.plan, '_one') ?? {};
      expect(error).to.match(/^\/mail-server-host: /);
      expect(domain).to.equal(name);
      expect(rest).to.deep.equal(publication(first.plan, '_one'));
      expect(publication(second.plan, '_two')).to.deep.equal({ domain: name, error: taken });
      expect(second.requests).to.deep.equal(first.requests);
      expect(second.plan.ledger.domains).to.deep.equal(first.plan.ledger.domains);
      const reported = second.plan.publications.filter((each) => each.error !== undefined);
      expect(reported.map(({ target }) => target)).to.include('_one');
    }
    const { ledger } = processCluster({ ...processing, ...mx(pointsHere) }).plan;
    const third = processCluster({ domains: { _one: claim }, ledger, ...mx(pointsHere), seed: 2 }).plan;
    expect(publication(third, '_one')).to.deep.equal(publication(first.plan, '_one'));
  });

  it('a request that turned invalid is looked up like all others: it is relayed only while its mail comes here', () => {
    const { ledger } = processCluster({ domains: { _one: domainOf(name) }, ...mx(pointsHere) }).plan;
    const invalid = { _one: { name: 'other.example' } };
    const instance = relayCluster.validate({
      softwareType: 'cluster',
      parameters: { topology: {} },
      sharedRequests: [{ reference: '_one', parameters: invalid._one }],
    });
    expect(instance.lookups(ledger)).to.deep.equal([name]);
    const { plan, requests } = processCluster({ domains: invalid, ledger, ...mx(pointsElsewhere) });
    expect(publication(plan, '_one')?.['error']).to.match(/lacks "mail-server-host"/);
    expect(publication(plan, '_one')).to.not.have.any.keys('outbound-host', 'outbound-user');
    for (const { parameters } of nodeRequests(requests)) expect(parameters['mail-domains']).to.deep.equal([]);
  });

  it('a request that turned invalid and never held anything keeps nobody out', () => {
    const domains = { _one: { name }, _two: domainOf(name) };
    expect(outcome({ domains, ...mx(pointsHere) })).to.deep.include({ _two: 'accepted' });
  });
});

describe('the password of a domain', () => {
  const claim = { _one: domainOf(name, { authentication: 'password' }) };

  it('is the same in every processing', () => {
    const first = processCluster({ domains: claim, ...mx(pointsHere) }).plan;
    const second = processCluster({ domains: claim, ledger: first.ledger, ...mx(pointsHere), seed: 1 }).plan;
    expect(publication(first, '_one')?.['outbound-password']).to.match(/^[A-Za-z0-9_-]{32}$/);
    expect(publication(second, '_one')).to.deep.equal(publication(first, '_one'));
  });

  it('is made when it is first asked for, and remembered while another way is used', () => {
    const none = processCluster({ domains: { _one: domainOf(name) }, ...mx(pointsHere) }).plan;
    expect(none.ledger.domains[0]?.password).to.equal(null);
    const asked = processCluster({ domains: claim, ledger: none.ledger, ...mx(pointsHere), seed: 1 }).plan;
    const back = processCluster({
      domains: { _one: domainOf(name) },
      ledger: asked.ledger,
      ...mx(pointsHere),
    }).plan;
    expect(publication(back, '_one')).not.to.have.any.keys('outbound-user', 'outbound-password');
    const again = processCluster({ domains: claim, ledger: back.ledger, ...mx(pointsHere), seed: 2 }).plan;
    expect(publication(again, '_one')).to.deep.equal(publication(asked, '_one'));
  });

  it('is told to nobody whose domain is not accepted', () => {
    const { plan, requests } = processCluster({ domains: claim, ...mx(pointsElsewhere) });
    const password = plan.ledger.domains[0]?.password ?? '';
    expect(password).to.have.length(32);
    expect(JSON.stringify([plan.publications, requests])).not.to.contain(password);
  });
});

describe('any set of claims', () => {
  const found = fc.oneof(
    fc.constant(pointsHere),
    fc.constant(pointsElsewhere),
    fc.constant<MailExchangers>({ kind: 'absent' }),
    fc.constant<MailExchangers>({ kind: 'none', hasAddress: true }),
    fc.constant(broken),
  );
  const spelling = fc.constantFrom(
    'a.example',
    'A.example',
    'a.example.',
    'b.example',
    'B.Example.',
    'c.example',
  );
  const claims = fc.dictionary(fc.constantFrom('_1', '_2', '_3', '_4', '_5'), spelling, {
    noNullPrototype: true,
  });
  const exchangers = fc.record({ 'a.example': found, 'b.example': found, 'c.example': found });
  const canonical = (spelled: string) => spelled.toLowerCase().replace(/\.$/, '');
  const requests = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).map(([reference, each]) => [reference, domainOf(each)]));

  it('has one accepted holder a domain at most, also in the next processings', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(claims, exchangers), { minLength: 1, maxLength: 4 }), (rounds) => {
        let ledger = emptyLedger;
        for (const [names, mailExchangers] of rounds) {
          const domains = requests(names);
          const accepted = Object.entries(outcome({ domains, mailExchangers, ledger }))
            .filter(([, result]) => result === 'accepted')
            .map(([reference]) => canonical(names[reference] ?? ''));
          expect(accepted).to.have.length(new Set(accepted).size);
          ({ ledger } = processCluster({ domains, mailExchangers, ledger }).plan);
          const held = ledger.domains.map(({ domain }) => domain);
          expect(held).to.have.length(new Set(held).size);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('ends for one domain as it does without the others, wherever these stand', () => {
    fc.assert(
      fc.property(claims, exchangers, fc.nat(), (names, mailExchangers, turn) => {
        const isA = ([, each]: [string, string]) => canonical(each) === 'a.example';
        const entries = Object.entries(names);
        const others = entries.filter((entry) => !isA(entry));
        const cut = turn % (others.length + 1);
        const moved = [...others.slice(cut), ...entries.filter(isA), ...others.slice(0, cut)];
        const all = outcome({ domains: requests(Object.fromEntries(moved)), mailExchangers });
        const alone = outcome({
          domains: requests(Object.fromEntries(entries.filter(isA))),
          mailExchangers,
        });
        expect(all).to.deep.include(alone);
      }),
      { numRuns: 100 },
    );
  });
});
