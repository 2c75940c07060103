import { expect } from 'chai';

import { RequesterError } from '../../../../src/errors.ts';
import { validateClusterRequest } from '../../../../src/validate/relay-cluster/request.ts';
import { validateRelayRequest } from '../../../../src/validate/relay-node/request.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { domainOf } from '../../../support/relay-run.ts';

function validate(parameters: object, domains: Readonly<Record<string, unknown>> = {}) {
  return validateClusterRequest({
    softwareType: 'cluster',
    parameters,
    sharedRequests: Object.entries(domains).map(([reference, each]) => ({ reference, parameters: each })),
  });
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RequesterError) return error.problems;
    throw error;
  }
  throw new Error('was accepted');
}

const errorOf = (parameters: unknown) => {
  const { claims, refused } = validate(
    { topology: {} },
    { _bad: parameters, _good: domainOf('good.example') },
  );
  expect(claims.map(({ domain }) => domain)).to.deep.equal(['good.example']);
  expect(refused.map(({ reference }) => reference)).to.deep.equal(['_bad']);
  return refused[0]?.error ?? '';
};

describe('the parameters of a relay cluster', () => {
  it('tolerate keys that are not known', () => {
    expect(validate({ topology: {}, 'monitor-interface-url': 'x', other: 1 }).nodes).to.deep.equal([]);
  });

  it('give each node its defaults, ordered by name', () => {
    const { nodes } = validate({ topology: { b: {}, 'a-1': {}, A: {} } });
    expect(nodes.map(({ name }) => name)).to.deep.equal(['A', 'a-1', 'b']);
    expect(nodes[0]).to.deep.include({
      fqdn: null,
      placement: {},
      softwareUrl: null,
      softwareType: 'relay',
      state: 'started',
      inboundCertificate: null,
    });
  });

  it("let a node's configuration replace the default one key by key, and no deeper", () => {
    const services = { out: { host: 'smtp.example.net' } };
    const { nodes } = validate({
      'default-relay-config': { 'proxy-map': services, greylisting: { 'greylisting-delay': 5 } },
      topology: {
        a: {},
        b: { config: { greylisting: { enable: false } } },
        c: { config: { 'proxy-map': {} } },
      },
    });
    const [a, b, c] = nodes.map(({ config }) => config);
    expect(a?.greylisting).to.include({ enable: true, 'greylisting-delay': 5 });
    expect(b?.greylisting).to.include({ enable: false, 'greylisting-delay': 60 });
    expect(Object.keys(b?.['proxy-map'] ?? {})).to.deep.equal(['out']);
    expect(c?.['proxy-map']).to.deep.equal({});
    expect(c?.greylisting).to.include({ 'greylisting-delay': 5 });
  });

  it('name a host without the dot at the end', () => {
    expect(validate({ topology: { a: { fqdn: 'mx.example.com.' } } }).nodes[0]?.fqdn).to.equal(
      'mx.example.com',
    );
  });

  it('refuse, for each value alone, what Postgrey could not read or would never meet', () => {
    const config = {
      greylisting: { 'whitelist-clients': ['*.example.com', '/*/'], 'whitelist-recipients': ['a@b@c'] },
    };
    const expected = (pointer: string) => [
      `${pointer}/greylisting/whitelist-clients/1: "/*/" is not a regular expression; write one such as /^mx\\d+\\.example\\.com$/`,
      `${pointer}/greylisting/whitelist-recipients/0: "a@b@c" is not a recipient; write one such as example.com, *.example.com, alice@example.com, alice@ or /^news-.*@example\\.com$/`,
    ];
    expect(
      problemsOf(() => validate({ 'default-relay-config': config, topology: { a: { config } } })),
    ).to.deep.equal([...expected('/default-relay-config'), ...expected('/topology/a/config')]);
    expect(
      problemsOf(() =>
        validateRelayRequest({ softwareType: 'relay', parameters: config, sharedRequests: [] }),
      ),
    ).to.deep.equal(expected(''));
  });

  it('refuse a certificate that no server could show, and a placement that no master could be told', () => {
    const node = { 'custom-inbound-certificate': 'pem', sla: { computer_guid: 'COMP-1' } };
    expect(problemsOf(() => validate({ topology: { a: node } }))).to.deep.equal([
      '/topology/a/custom-inbound-certificate: holds no private key; write a private key in PEM, followed by its certificate and the chain',
    ]);
    for (const sla of [{ computer_guid: 'COMP\u0001' }, { 'a\nb': 'x' }, { computer_guid: '\uffff' }])
      expect(problemsOf(() => validate({ topology: { a: { sla } } }))[0]).to.match(/^\/topology\/a\/sla/);
  });

  it('refuse a host that nothing could be reached by, and an odd relay domain', () => {
    const hosts = [
      'a..b',
      '-a.example',
      '1.2.3',
      '999.1.1.1',
      ':::',
      '0.0.0.0',
      'ff02::1',
      `${'x'.repeat(64)}.example`,
    ];
    for (const host of hosts) {
      const parameters = { topology: {}, 'default-relay-config': { 'proxy-map': { out: { host } } } };
      expect(problemsOf(() => validate(parameters))[0], host).to.match(
        /^\/default-relay-config\/proxy-map\/out\/host: .*; write one such as smtp\.example\.com$/,
      );
    }
    for (const name of ['relay example.com', 'a..b', 'relay.example.com:25']) {
      const problems = problemsOf(() => validate({ topology: {}, 'relay-domain': name }));
      expect(problems[0], name).to.match(/^\/relay-domain: .*; write one such as relay\.example\.com$/);
    }
    const postmaster = (written: string) =>
      validate({ topology: { node1: { fqdn: 'MX1.example.com.' } }, postmaster: written });
    expect(postmaster('Me@Example.com').postmaster).to.equal('Me@example.com');
    for (const written of ['me', '@example.com', '|sh@example.com', 'me@mx1.example.com', 'a b@example.com'])
      expect(problemsOf(() => postmaster(written))[0], written).to.match(/^\/postmaster: /);
    expect(validate({ topology: {}, 'relay-domain': 'Relay.example.com.' }).relayDomain).to.equal(
      'Relay.example.com',
    );
  });

  it('refuse a login that Postfix could not write into its table, wherever it stands', () => {
    const service = { host: 'h', user: 'a:b', password: ' secret' };
    const expected = (pointer: string) => [
      `${pointer}/out/user: holds a colon, which SMTP logins of Postfix cannot; ask for another user name`,
      `${pointer}/out/password: begins or ends with a blank; remove it`,
    ];
    const config = { 'proxy-map': { out: service } };
    expect(
      problemsOf(() => validate({ 'default-relay-config': config, topology: { a: { config } } })),
    ).to.deep.equal([
      ...expected('/default-relay-config/proxy-map'),
      ...expected('/topology/a/config/proxy-map'),
    ]);
    const parameters = config;
    expect(
      problemsOf(() => validateRelayRequest({ softwareType: 'relay', parameters, sharedRequests: [] })),
    ).to.deep.equal(expected('/proxy-map'));
  });
});

describe('a relayed domain', () => {
  const claimOf = (parameters: object) => validate({ topology: {} }, { _one: parameters }).claims[0];

  it('is filled with defaults', () => {
    expect(claimOf(domainOf('example.com'))).to.deep.equal({
      reference: '_one',
      domain: 'example.com',
      host: 'fd00::1',
      port: 10025,
      authentication: 'none',
      fingerprints: [],
      applied: null,
    });
  });

  it('has one spelling: lower case, no dot at the end', () => {
    for (const name of ['Mail1.EXAMPLE.com', 'mail1.example.com.', 'MAIL1.example.com.'])
      expect(claimOf(domainOf(name))?.domain, name).to.equal('mail1.example.com');
  });

  it('has one spelling of its address and fingerprints, the one that Postfix tells', () => {
    const claim = claimOf(
      domainOf('example.com', {
        'mail-server-host': 'FD00:0:0:0::00AB',
        authentication: 'fingerprint',
        fingerprints: [fingerprint('ab')],
      }),
    );
    expect(claim).to.include({ host: 'fd00::ab' });
    expect(claim?.fingerprints).to.deep.equal([fingerprint('AB')]);
    for (const host of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])
      expect(claimOf(domainOf('example.com', { 'mail-server-host': host }))?.host, host).to.equal(
        '192.0.2.1',
      );
  });

  it('may be a label alone, or have an underscore', () => {
    for (const name of ['localdomain', '_dmarc.example.com', 'a_b.example', 'constructor'])
      expect(claimOf(domainOf(name))?.domain, name).to.equal(name);
  });

  it('with an odd name is refused for itself', () => {
    const names = ['', '.', '..', 'a..b', '.example.com', 'example.com..', `${'a'.repeat(64)}.example`];
    // With these, Postfix refuses every address.
    names.push('-a.example', 'a-.example', '192.0.2.1', '1');
    for (const name of [...names, 'a b', 'a@b.example', 'exämple.com', 'a\n', `${'a.'.repeat(126)}ab`])
      expect(errorOf(domainOf(name)), JSON.stringify(name)).to.match(/^\/name: .*; write /);
  });

  it('at the port on which TLS comes first, where nobody delivers, is refused for itself', () => {
    expect(errorOf(domainOf('example.com', { 'mail-server-port': 465 }))).to.match(
      /^\/mail-server-port: 465 .*; write /,
    );
    expect(claimOf(domainOf('example.com', { 'mail-server-port': 466 }))?.port).to.equal(466);
  });

  it('without fingerprints, though they are to prove it, is refused for itself', () => {
    expect(errorOf(domainOf('example.com', { authentication: 'fingerprint' }))).to.equal(
      '/fingerprints: is missing; authentication by fingerprint needs at least one',
    );
  });

  it('whose host is no address is refused for itself', () => {
    for (const host of ['mail.example.com', '', '256.1.1.1', '[fd00::1]', 'fd00::1/64', 'fd00::1%lo'])
      expect(errorOf(domainOf('example.com', { 'mail-server-host': host })), host).to.contain(
        'is not an IPv4 or IPv6 address',
      );
  });

  it('whose host is an address that no server has is refused for itself, however it is written', () => {
    const addresses = {
      unspecified: ['::', '0.0.0.0', '::ffff:0.0.0.0', '0:0:0:0:0:0:0:0'],
      'link-local': ['fe80::1', 'FEBF::1', '169.254.169.254', '::ffff:169.254.1.1'],
      multicast: ['ff02::1', '224.0.0.1', '239.255.255.255', '::ffff:e000:1'],
      reserved: ['255.255.255.255', '240.0.0.1'],
    };
    for (const [kind, hosts] of Object.entries(addresses)) {
      for (const host of hosts)
        expect(errorOf(domainOf('example.com', { 'mail-server-host': host }))).to.equal(
          `/mail-server-host: ${host} is ${kind}; write the address at which the cluster reaches the mail server`,
        );
    }
    for (const host of [
      'fec0::1',
      'fd00::1',
      '2001:db8::1',
      '10.0.0.1',
      '100.64.0.1',
      '1.0.0.1',
      '223.255.255.1',
    ])
      expect(claimOf(domainOf('example.com', { 'mail-server-host': host }))?.host, host).to.equal(host);
  });

  it('that is not even an object is refused for itself', () => {
    for (const parameters of [null, 'text', [], 7]) expect(errorOf(parameters)).to.match(/^\//);
  });

  it('whose parameters could not be decoded is refused with that reason', () => {
    const { refused } = validateClusterRequest({
      softwareType: 'cluster',
      parameters: { topology: {} },
      sharedRequests: [{ reference: '_bad', parameters: undefined, problem: 'is no JSON' }],
    });
    expect(refused).to.deep.equal([{ reference: '_bad', domain: null, error: 'is no JSON' }]);
  });
});
