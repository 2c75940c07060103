import { expect } from 'chai';

import { passwordFrom } from '../../../../src/model/seed.ts';
import { checkAgainstSchema } from '../../../../src/validate/json-schema.ts';
import { contents, publication } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import {
  answers,
  type ClusterProcessing,
  domainOf,
  pointsElsewhere,
  pointsHere,
  processCluster,
  topology,
} from '../../../support/relay-run.ts';

const mailExchangers = {
  'a.example': pointsHere,
  'b.example': pointsHere,
  'c.example': pointsElsewhere,
};
const service = { host: 'smtp.example.net', port: 587, user: 'relay', password: 'service-secret' };
const published = (processing: ClusterProcessing, target: string) =>
  publication(processCluster({ mailExchangers, ...processing }).plan, target);
const a = { _a: domainOf('a.example') };
const monitor = {
  'monitor-base-url': 'https://[fd00::1]:8196',
  'monitor-setup-url':
    'https://monitor.app.officejs.com/#page=ojsm_landing&url=https://[fd00::1]:8196/public/feeds' +
    `&username=admin&password=${passwordFrom(new Uint8Array(32), 'monitor-password')}`,
};

describe('a relay cluster publishes', () => {
  it('its nodes ordered by name, its accepted domains and its errors', () => {
    const domains = { _b: domainOf('B.example'), _c: domainOf('c.example'), ...a };
    expect(published({ domains }, '')).to.deep.equal({
      'relay-hosts': ['fd00::11', 'fd00::22'],
      'backend-domains': 'a.example\nb.example',
      errors: [],
      ...monitor,
    });
  });

  it('empty lists and texts where there is nothing', () => {
    expect(published({ parameters: { topology: {} } }, '')).to.deep.equal({
      'relay-hosts': [],
      'backend-domains': '',
      errors: [],
      ...monitor,
    });
  });

  it('its monitor, at a frontend where there is one, with the password that its nodes get too', () => {
    const frontend = { 'Monitor Frontend': { secure_access: 'https://monitor.example.net/' } };
    const { plan, requests } = processCluster({ answers: { ...answers, ...frontend } });
    const password = plan.ledger.secrets['monitor-password'];
    expect(publication(plan, '')).to.include({
      'monitor-base-url': 'https://monitor.example.net',
      'monitor-setup-url':
        'https://monitor.app.officejs.com/#page=ojsm_landing&url=https://monitor.example.net/public/feeds' +
        `&username=admin&password=${password}`,
    });
    expect(requests.find(({ name }) => name === 'first')?.parameters['monitor-password']).to.equal(password);
    expect(requests.find(({ name }) => name === 'Monitor Frontend')).to.deep.include({
      shared: true,
      parameters: { url: 'https://[fd00::1]:8196/', 'https-only': 'true' },
    });
  });

  it('an error for a domain of two delivery services, and goes on: the first one keeps it', () => {
    const parameters = {
      'default-relay-config': {
        'proxy-map': {
          zeta: { ...service, domains: ['a.example', 'not a domain'] },
          alpha: { ...service, domains: ['A.example.', 'b.example'] },
        },
      },
    };
    expect(published({ parameters, domains: a }, '')?.['errors']).to.deep.equal([
      'proxy zeta: "not a domain" is not a domain name',
      'a.example appears in multiple proxies: zeta keeps it, alpha does not',
    ]);
    expect(published({ parameters, domains: a }, '_a')).to.include({ 'outbound-has-proxy': true });
  });
});

describe('a relayed domain that is accepted hears', () => {
  it('its records, the certificates, and where its mail goes out', () => {
    expect(published({ domains: a }, '_a')).to.deep.equal({
      'dns-entries': 'a.example. MX 10 mx1.example.net.\na.example. MX 10 mx2.example.net.',
      'spf-entry': 'a.example. TXT "v=spf1 ip6:fd00::11 ip6:fd00::22 mx ~all"',
      'tls-fingerprints': ['11', '12', '21', '22'].map(fingerprint),
      'outbound-host': 'fd00::11',
      'outbound-hosts': ['fd00::11', 'fd00::22'],
      'outbound-smtp-port': '10587',
      'outbound-has-proxy': false,
    });
  });

  it('the port as text, though a node says a number', () => {
    const first = { ...answers['first'], 'submission-port': 10588 };
    expect(published({ domains: a, answers: { ...answers, first } }, '_a')).to.include({
      'outbound-smtp-port': '10588',
    });
    const silent = { second: answers['second'] ?? {} };
    expect(published({ domains: a, answers: silent }, '_a')).to.include({ 'outbound-smtp-port': '10587' });
  });

  it('of those nodes only that listen on the port that it hears', () => {
    const second = { ...answers['second'], 'submission-port': '10588' };
    expect(published({ domains: a, answers: { ...answers, second } }, '_a')).to.deep.include({
      'outbound-hosts': ['fd00::11'],
      'outbound-smtp-port': '10587',
    });
  });

  it('the name of all nodes when there is one', () => {
    const parameters = { 'relay-domain': 'relay.example.net' };
    expect(published({ domains: a, parameters }, '_a')).to.include({ 'outbound-host': 'relay.example.net' });
  });

  it('a login when it asked for one', () => {
    const domains = { _a: domainOf('A.Example', { authentication: 'password' }) };
    expect(published({ domains }, '_a')).to.include.keys('outbound-user', 'outbound-password');
    expect(published({ domains }, '_a')).to.include({ 'outbound-user': 'a.example' });
  });

  it('nothing of nodes that are silent, stopped or destroyed', () => {
    const states = { first: { state: 'stopped' }, gone: { state: 'destroyed', fqdn: 'mx0.example.net' } };
    const parameters = { topology: { ...states, second: topology.second, silent: {} } };
    const processing = {
      domains: a,
      parameters,
      mailExchangers: { 'a.example': { kind: 'absent' as const } },
    };
    expect(published(processing, '_a')).to.include({
      'dns-entries': 'a.example. MX 10 mx2.example.net.',
      'outbound-host': 'fd00::22',
    });
    expect(published(processing, '_a')?.['tls-fingerprints']).to.deep.equal(['21', '22'].map(fingerprint));
    expect(published(processing, '')?.['relay-hosts']).to.deep.equal(['fd00::22']);
  });

  it('nothing of the name of a node that has none, but its address', () => {
    const parameters = { topology: { first: {}, second: topology.second } };
    const mx = { 'a.example': { kind: 'absent' as const } };
    expect(published({ domains: a, parameters, mailExchangers: mx }, '_a')).to.deep.include({
      'dns-entries': 'a.example. MX 10 mx2.example.net.',
      'outbound-host': 'fd00::11',
      'outbound-hosts': ['fd00::11', 'fd00::22'],
    });
    const nameless = { topology: { first: {} } };
    expect(published({ domains: a, parameters: nameless, mailExchangers: mx }, '_a')).to.include({
      'dns-entries': '',
      'outbound-host': 'fd00::11',
    });
  });

  it('no outbound host while no node has answered, nor of one that answered by halves', () => {
    const halves = [{}, { first: {} }, { first: { 'smtp-ipv6': 'fd00::11' } }];
    for (const some of [...halves, { first: { 'smtp-ipv6': 'fd00::11', 'tls-fingerprints': [] } }])
      expect(published({ domains: a, answers: some }, '_a')).not.to.have.any.keys(
        'outbound-host',
        'outbound-hosts',
        'outbound-smtp-port',
      );
  });
});

describe('a relayed domain that is not accepted hears', () => {
  it('that it is taken, and nothing else', () => {
    const domains = { ...a, _again: domainOf('A.EXAMPLE.') };
    expect(published({ domains }, '_again')).to.deep.equal({
      domain: 'a.example',
      error: 'this domain has already been claimed',
    });
  });

  it('which records to set, and of no outbound service', () => {
    const parameters = published({ domains: { _c: domainOf('c.example') } }, '_c');
    expect(parameters).to.have.all.keys('domain', 'dns-entries', 'verification-entry', 'error');
    expect(parameters).to.include({
      domain: 'c.example',
      'dns-entries': 'c.example. MX 10 mx1.example.net.\nc.example. MX 10 mx2.example.net.',
      error:
        'Your domain has not yet passed our domain verification:\n' +
        'please set MX records pointing to this mail relay cluster',
    });
  });

  it("the resolver's message", () => {
    const failing = { 'a.example': { kind: 'error' as const, reason: 'queryMx ETIMEOUT a.example' } };
    expect(published({ domains: a, mailExchangers: failing }, '_a')).to.deep.equal({
      domain: 'a.example',
      error: 'queryMx ETIMEOUT a.example',
    });
  });

  it('what is wrong with its parameters, as an error at the master too', () => {
    const { plan } = processCluster({
      domains: { _bad: domainOf('a..example'), _worse: 7, ...a },
      mailExchangers,
    });
    expect(publication(plan, '_bad')).to.have.all.keys('domain', 'error');
    expect(publication(plan, '_worse')).to.have.all.keys('error');
    const reported = plan.publications.filter(({ error }) => error !== undefined);
    expect(
      reported.map(({ target, error, parameters }) => [target, error === parameters['error']]),
    ).to.deep.equal([
      ['_bad', true],
      ['_worse', true],
    ]);
  });
});

describe('what a cluster publishes', () => {
  it('is what its schemas say', () => {
    const domains = {
      ...a,
      _again: domainOf('a.example'),
      _b: domainOf('b.example', { authentication: 'password' }),
      _c: domainOf('c.example'),
      _bad: domainOf('..'),
    };
    for (const { target, parameters } of processCluster({ domains, mailExchangers }).plan.publications) {
      const schema = `mail-server-relay/${target === '' ? 'cluster' : 'domain'}-output.json`;
      expect(checkAgainstSchema(schema, parameters).problems, target).to.deep.equal([]);
    }
  });

  it('is published again only when it changed', () => {
    const processing = { domains: a, mailExchangers };
    const { plan } = processCluster(processing);
    const digests = Object.fromEntries(plan.publications.map(({ target, digest }) => [target, digest]));
    const ledger = { ...plan.ledger, published: digests, outbox: {} };
    expect(processCluster({ ...processing, ledger, seed: 1 }).plan.ledger.outbox).to.deep.equal({});
    const moved = { ...answers, first: { ...answers['first'], 'smtp-ipv6': 'fd00::33' } };
    expect(
      Object.keys(processCluster({ ...processing, ledger, answers: moved }).plan.ledger.outbox),
    ).to.have.members(['', '_a']);
  });
});

describe('a node whose fqdn is no host name', () => {
  const parameters = {
    topology: { first: { fqdn: 'mx1.example.net.' }, second: { fqdn: 'my relay' }, third: { fqdn: 'a..b' } },
  };

  it('is named by no MX record, and the cluster says why', () => {
    const { plan } = processCluster({ parameters, domains: a, mailExchangers });
    expect(publication(plan, '_a')).to.include({ 'dns-entries': 'a.example. MX 10 mx1.example.net.' });
    expect(publication(plan, '')?.['errors']).to.deep.equal([
      'node second: "my relay" is not a host name, so no MX record names it; write one such as mx1.example.com',
      'node third: "a..b" is not a host name, so no MX record names it; write one such as mx1.example.com',
    ]);
  });
});

describe('a cluster requests its nodes', () => {
  const requests = (processing: ClusterProcessing) =>
    processCluster({ mailExchangers, ...processing }).requests.filter(({ shared }) => !shared);

  it('under their names, with what they need', () => {
    const parameters = {
      'default-relay-config': {
        'proxy-map': { out: { ...service, domains: ['b.example'] } },
        greylisting: { 'greylisting-delay': 5 },
      },
      topology: {
        second: { state: 'stopped', sla: { computer_guid: 'COMP-2' } },
        first: {
          fqdn: 'mx1.example.net',
          'sr-url': 'https://other.example/software.cfg',
          'software-type': 'relay-next',
          'custom-inbound-certificate': 'pem',
          config: { greylisting: { enable: false } },
        },
      },
    };
    const domains = {
      _p: domainOf('a.example', { authentication: 'password', 'mail-server-port': 25 }),
      _f: domainOf('b.example', { authentication: 'fingerprint', fingerprints: [fingerprint('ab')] }),
      _no: domainOf('c.example'),
    };
    const { plan, requests: sent } = processCluster({ parameters, domains, mailExchangers });
    const monitorPassword = plan.ledger.secrets['monitor-password'];
    const expected = [
      {
        name: 'a.example',
        'mail-server-host': 'fd00::1',
        'mail-server-port': 25,
        authentication: 'password',
        fingerprints: [],
        password: publication(plan, '_p')?.['outbound-password'],
      },
      {
        name: 'b.example',
        'mail-server-host': 'fd00::1',
        'mail-server-port': 10025,
        authentication: 'fingerprint',
        fingerprints: [fingerprint('AB')],
      },
    ];
    expect(sent.map(({ name }) => name)).to.deep.equal(['first', 'second', 'Monitor Frontend']);
    const [first, second] = sent;
    const digests = (first?.parameters['mail-domains'] as { digest: string }[]).map(({ digest }) => digest);
    for (const digest of digests) expect(digest).to.match(/^[0-9a-f]{16}-[0-9a-f]{16}$/);
    expect(first).to.deep.include({
      softwareUrl: 'https://other.example/software.cfg',
      softwareType: 'relay-next',
      shared: false,
      serialisation: 'json-in-xml',
      state: 'started',
      filter: {},
    });
    expect(first?.parameters).to.deep.equal({
      fqdn: 'mx1.example.net',
      'custom-inbound-certificate': 'pem',
      'proxy-map': { out: { ...service, domains: ['b.example'] } },
      'refuse-spf-softfail': false,
      greylisting: {
        enable: false,
        'greylisting-delay': 60,
        'whitelist-clients': [],
        'whitelist-recipients': [],
      },
      'mail-domains': expected.map((each, index) => ({ ...each, digest: digests[index] })),
      'cluster-fqdns': ['mx1.example.net'],
      'monitor-password': monitorPassword,
    });
    expect(second).to.deep.include({
      softwareUrl: 'https://releases.example.com/software.cfg',
      softwareType: 'relay',
      state: 'stopped',
      filter: { computer_guid: 'COMP-2' },
    });
    expect(second?.parameters).not.to.have.any.keys('fqdn', 'custom-inbound-certificate');
    for (const { parameters: sentParameters } of sent.slice(0, 2))
      expect(checkAgainstSchema('mail-server-relay/relay-input.json', sentParameters).problems).to.deep.equal(
        [],
      );
  });

  it('with the same parameters whatever the order of domains and nodes', () => {
    const b = { _b: domainOf('b.example') };
    const turned = { second: topology.second, first: topology.first };
    const { ledger } = processCluster({ domains: { ...a, ...b }, mailExchangers }).plan;
    expect(requests({ ledger, domains: { ...b, ...a }, parameters: { topology: turned } })).to.deep.equal(
      requests({ ledger, domains: { ...a, ...b } }),
    );
  });

  it('of which a stopped one is the cluster’s all the same, and one that is destroyed is not', () => {
    const withState = (state: string) => ({ topology: { ...topology, first: { ...topology.first, state } } });
    for (const [state, isNode] of [
      ['stopped', true],
      ['destroyed', false],
    ] as const) {
      const processing = { domains: a, parameters: withState(state) };
      const entries = { 'dns-entries': 'a.example. MX 10 mx2.example.net.' };
      expect(published(processing, '_a'), state).to.include(entries);
      // a.example points to the first node only: that is proof as long as there is one.
      expect('error' in (published(processing, '_a') ?? {}), state).to.equal(!isNode);
      const names = isNode ? ['mx1.example.net', 'mx2.example.net'] : ['mx2.example.net'];
      for (const { parameters } of requests(processing))
        expect(parameters['cluster-fqdns'], state).to.have.members(names);
    }
  });

  it('but none that is destroyed', () => {
    const parameters = { topology: { a: { state: 'destroyed' }, b: {} } };
    expect(requests({ parameters }).map(({ name }) => name)).to.deep.equal(['b']);
  });

  it('and names those that have not answered yet, of which it wants none stopped', () => {
    const missing = (some: ClusterProcessing) => contents(processCluster(some).plan).get('var/missing');
    const parameters = { topology: { ...topology, third: { state: 'stopped' } } };
    expect(missing({ parameters })).to.equal('');
    expect(missing({ parameters, answers: {} })).to.match(
      /^node first has not .*\nnode second has not .*\n$/,
    );
  });
});

describe('the files of a cluster', () => {
  it('hold no secret of a domain, a delivery service or the monitor', () => {
    const parameters = { 'default-relay-config': { 'proxy-map': { out: service } } };
    const domains = { _a: domainOf('a.example', { authentication: 'password' }) };
    const { plan } = processCluster({ parameters, domains, mailExchangers });
    const secrets = [
      service.password,
      plan.ledger.domains[0]?.password ?? 'none',
      ...Object.values(plan.ledger.secrets),
    ];
    expect(secrets).to.have.length(4);
    for (const [path, text] of contents(plan))
      for (const secret of secrets) expect(text, path).not.to.contain(secret);
  });
});
