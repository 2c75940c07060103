import { expect } from 'chai';

import { parseRelayPolicyConfig } from '../../../../src/daemons/relay-policy/config.ts';
import { nodeNamesOf } from '../../../../src/model/relay-node/node-names.ts';
import { checkAgainstSchema } from '../../../../src/validate/json-schema.ts';
import { validateRelayRequest } from '../../../../src/validate/relay-node/request.ts';
import { contents, publication } from '../../../support/mail-server-run.ts';
import { certificate, privateKey } from '../../../support/certificate-bundle.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { placeWith } from '../../../support/place.ts';
import { processNode } from '../../../support/relay-run.ts';

const relayed = (name: string, more: object = {}) => ({
  name,
  'mail-server-host': 'fd00::a1',
  'mail-server-port': 10025,
  authentication: 'none',
  ...more,
});
const byFingerprint = (name: string, ...prints: string[]) =>
  relayed(name, { authentication: 'fingerprint', fingerprints: prints.map(fingerprint) });
const byPassword = (name: string, password: string) =>
  relayed(name, { authentication: 'password', password });

const filesOf = (parameters: object) => contents(processNode(parameters).plan);

/** Key → value of a table's source; a key that stands twice fails. */
function wholeTableOf(files: ReadonlyMap<string, string>, path: string): Record<string, string> {
  const text = files.get(`etc/postfix/${path}`);
  if (text === undefined) throw new Error(`${path} is not planned`);
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const blank = line.indexOf(' ');
      return [line.slice(0, blank), line.slice(blank + 1)];
    });
  expect(new Set(entries.map(([key]) => key)).size, path).to.equal(entries.length);
  return Object.fromEntries(entries);
}

/** The same without the entry that every node has. */
function tableOf(files: ReadonlyMap<string, string>, path: string): Record<string, string> {
  const entries = Object.entries(wholeTableOf(files, path));
  return Object.fromEntries(entries.filter(([key]) => !/^postmaster@(mail_one|.*\.ip6\.arpa)$/.test(key)));
}

const tenantsOf = (files: ReadonlyMap<string, string>) =>
  parseRelayPolicyConfig(files.get('etc/relay-policy.json') ?? '', 'etc/relay-policy.json').tenants;

describe('the tables of a relay node', () => {
  it('say the way to each backend, over a transport that asks for a fingerprint where one is known', () => {
    const files = filesOf({
      'mail-domains': [
        relayed('a.example', { 'mail-server-host': '192.0.2.1', 'mail-server-port': 25 }),
        byFingerprint('b.example', 'BB', 'AA'),
      ],
    });
    expect(tableOf(files, 'inbound/transports')).to.deep.equal({
      'a.example': 'backend:[192.0.2.1]:25',
      'b.example': 'backend:[fd00::a1]:10025',
    });
    expect(tableOf(files, 'outbound/transports')).to.deep.equal({
      'a.example': 'backend:[192.0.2.1]:25',
      'b.example': 'known-backend:[fd00::a1]:10025',
    });
    for (const service of ['inbound', 'outbound'])
      expect(Object.keys(tableOf(files, `${service}/relay-domains`))).to.deep.equal([
        'a.example',
        'b.example',
      ]);
    expect(tableOf(files, 'inbound/own-senders')['a.example']).to.match(/^REJECT /);
  });

  it('hold one entry for several domains of one backend with the same fingerprints', () => {
    const files = filesOf({
      'mail-domains': ['a', 'b', 'c'].map((each) => byFingerprint(`${each}.example`, 'BB', 'AA')),
    });
    expect(tableOf(files, 'outbound/backend_tls_policy_map')).to.deep.equal({
      '[fd00::a1]:10025': `fingerprint match=${fingerprint('AA')}|${fingerprint('BB')}`,
    });
  });

  it('let nobody add a fingerprint to those of another domain on the same backend', () => {
    const files = filesOf({
      'mail-domains': [
        byFingerprint('victim.example', 'AA', 'BB'),
        byFingerprint('attacker.example', 'AA', 'EE'),
        byFingerprint('same.example', 'bb', 'AA'),
        byFingerprint('elsewhere.example', 'DD'),
      ].map((domain, index) => ({ ...domain, ...(index === 3 ? { 'mail-server-port': 25 } : {}) })),
    });
    const policies = tableOf(files, 'outbound/backend_tls_policy_map');
    const transports = tableOf(files, 'outbound/transports');
    const accepted = (domain: string) => {
      const [transport = '', hop] = transports[domain]?.split(/:(?=\[)/) ?? [];
      const master = files.get('etc/postfix/outbound/master.cf') ?? '';
      const options = new RegExp(`^${transport} +unix .*\\n((?: .*\\n)*)`, 'm').exec(master)?.[1] ?? '';
      expect(options).to.contain('smtp_tls_security_level=fingerprint');
      const own = /static:([^,]+),/.exec(options)?.[1];
      return { hop, policy: policies[own ?? hop ?? ''] };
    };
    const match = (...prints: string[]) => `fingerprint match=${prints.map(fingerprint).join('|')}`;
    const hop = '[fd00::a1]:10025';
    expect(accepted('victim.example')).to.deep.equal({ hop, policy: match('AA', 'BB') });
    expect(accepted('attacker.example')).to.deep.equal({ hop, policy: match('AA', 'EE') });
    expect(transports['same.example']).to.equal(transports['victim.example']);
    // What was on its way when they began to disagree finds no policy, and waits.
    expect(policies).to.not.have.property(hop);
    expect(accepted('elsewhere.example')).to.deep.equal({ hop: '[fd00::a1]:25', policy: match('DD') });
    expect(transports['elsewhere.example']).to.equal('known-backend:[fd00::a1]:25');
  });

  it('give one set of fingerprints the same name whoever else disagrees with it, and no other set that name', () => {
    const transport = (...others: string[]) =>
      tableOf(
        filesOf({
          'mail-domains': [
            byFingerprint('a.example', 'BB', 'AA'),
            ...others.map((print) => byFingerprint(`${print.toLowerCase()}.example`, print)),
          ],
        }),
        'outbound/transports',
      );
    const [one, other] = [transport('CC'), transport('DD', 'EE')];
    expect(one['a.example']).to.match(/^known-backend-[0-9a-f]{16}:\[fd00::a1\]:10025$/);
    expect(other['a.example']).to.equal(one['a.example']);
    expect(new Set(Object.values({ ...one, ...other })).size).to.equal(4);
  });

  it('say nothing of a domain whose backend is the node itself, in whatever spelling', () => {
    const files = filesOf({
      'mail-domains': [
        relayed('a.example', { 'mail-server-host': 'FD00:0::1' }),
        relayed('b.example', { 'mail-server-host': 'fd00::1', 'mail-server-port': 10587 }),
        relayed('c.example', { 'mail-server-host': '::ffff:10.0.0.1' }),
        relayed('d.example', { 'mail-server-host': 'fd00::1', 'mail-server-port': 10026 }),
      ],
    });
    for (const service of ['inbound', 'outbound'])
      expect(tableOf(files, `${service}/transports`)).to.deep.equal({
        'd.example': 'backend:[fd00::1]:10026',
      });
    expect(tenantsOf(files).map(({ domain }) => domain)).to.deep.equal(['d.example']);
  });

  it('know a backend at the IPv4 of the node for somebody else where the node does not listen there', () => {
    const ports = { inbound: { port: 10025, ipv4: false }, outbound: { port: 10587, ipv4: true } };
    const domain = (name: string, port: number) =>
      relayed(name, { 'mail-server-host': '10.0.0.1', 'mail-server-port': port });
    const { plan } = processNode(
      { 'mail-domains': [domain('a.example', 10025), domain('b.example', 10587)] },
      {
        ports: { ...ports, monitor: { port: 8196, ipv4: true } },
      },
    );
    expect(tenantsOf(contents(plan)).map(({ domain: name }) => name)).to.deep.equal(['a.example']);
  });

  it('begin with TLS at a delivery service on its port for that, or where it is said', () => {
    const files = filesOf({
      'proxy-map': {
        a: { host: 'a.example', port: 465 },
        b: { host: 'b.example', port: 2465, 'implicit-tls': true, user: 'me', password: 'secret' },
        c: { host: 'c.example', port: 465, 'implicit-tls': false },
        d: { host: 'd.example', port: 587, user: 'me', password: 'secret' },
      },
    });
    const master = files.get('etc/postfix/outbound/master.cf') ?? '';
    const found = [
      ...master.matchAll(/smtp_tls_security_level=(may|encrypt)\n +-o smtp_tls_wrappermode=(\w+)/g),
    ].map(([, level, wrapper]) => `${level} ${wrapper}`);
    expect(found).to.deep.equal(['encrypt yes', 'encrypt yes', 'may no', 'encrypt no']);
  });

  it('ask no fingerprint of a domain that named none, though another on its host does', () => {
    const files = filesOf({ 'mail-domains': [relayed('a.example'), byFingerprint('b.example', 'AA')] });
    expect(tableOf(files, 'outbound/transports')).to.deep.equal({
      'a.example': 'backend:[fd00::a1]:10025',
      'b.example': 'known-backend:[fd00::a1]:10025',
    });
    const master = files.get('etc/postfix/outbound/master.cf') ?? '';
    const optionsOf = (transport: string) =>
      new RegExp(`^${transport} +unix .*\\n((?: .*\\n)*)`, 'm').exec(master)?.[1];
    expect(optionsOf('backend')).to.equal('');
    expect(optionsOf('known-backend')).to.contain('smtp_tls_policy_maps=cdb:');
  });

  const postmasterOf = (parameters: object) => {
    const files = filesOf({ 'mail-domains': [relayed('a.example')], ...parameters });
    return ['inbound', 'outbound'].map((service) => ({
      aliases: wholeTableOf(files, `${service}/postmaster`),
      transports: wholeTableOf(files, `${service}/transports`),
      main: files.get(`etc/postfix/${service}/main.cf`) ?? '',
    }));
  };

  it('refuse mail for the postmaster of the node, of whom Postfix asks nobody, where none is named', () => {
    for (const { aliases, transports, main } of postmasterOf({ fqdn: 'MX1.example.net' })) {
      expect(aliases).to.deep.equal({});
      expect(transports['postmaster@mx1.example.net']).to.match(/^error:5\.1\.1 /);
      expect(main)
        .to.contain('nobody is postmaster of this relay')
        .and.match(/^virtual_alias_domains =$/m);
    }
    for (const { transports } of postmasterOf({ fqdn: 'A.example' }))
      expect(transports).to.deep.equal({ 'a.example': 'backend:[fd00::a1]:10025' });
  });

  it('bring it to the address that the cluster names, by its mail server, else to its MX, under every name of the node', () => {
    const parameters = { fqdn: 'mx1', 'relay-domain': 'relay.example', postmaster: 'me@A.example' };
    for (const { aliases, transports, main } of postmasterOf(parameters)) {
      expect(aliases).to.deep.equal({
        'abuse@mx1': 'me@a.example',
        'abuse@relay.example': 'me@a.example',
        'postmaster@mx1': 'me@a.example',
        'postmaster@relay.example': 'me@a.example',
      });
      expect(Object.keys(transports)).to.deep.equal(['a.example']);
      expect(main)
        .to.match(/^virtual_alias_domains = mx1 relay\.example$/m)
        .and.not.contain('smtpd_data_restrictions');
    }
    const [inbound, outbound] = postmasterOf({ ...parameters, postmaster: 'Me@elsewhere.example' });
    expect(inbound?.transports['me@elsewhere.example']).to.equal('bounces:');
    expect(outbound?.transports['me@elsewhere.example']).to.equal('smtp:');
    for (const { aliases } of postmasterOf({ ...parameters, fqdn: 'a.example' }))
      expect(Object.keys(aliases)).to.deep.equal([]);
  });

  it('take a domain that is named twice once', () => {
    const files = filesOf({
      'mail-domains': [relayed('a.example'), relayed('a.example', { 'mail-server-port': 25 })],
    });
    expect(tableOf(files, 'inbound/transports')).to.deep.equal({ 'a.example': 'backend:[fd00::a1]:25' });
  });

  it('do not depend on the order of domains', () => {
    const domains = [
      relayed('a.example'),
      byFingerprint('b.example', 'AA'),
      byFingerprint('c.example', 'BB'),
    ];
    const [left, right] = [domains, [...domains].reverse()].map((each) => {
      const files = filesOf({ 'mail-domains': each });
      return ['inbound/transports', 'outbound/transports', 'outbound/backend_tls_policy_map'].map((path) =>
        files.get(`etc/postfix/${path}`),
      );
    });
    expect(right).to.deep.equal(left);
  });
});

describe('delivery services of a relay node', () => {
  const host = { host: 'smtp.example.net', port: 587 };
  const parameters = {
    'proxy-map': {
      one: { ...host, user: 'first', password: 'secret: one #1', domains: ['a.example', 'Foreign.example'] },
      'two ] {x}': { ...host, user: 'second', password: 'secret-two', domains: ['b.example'] },
      three: { host: 'fd00::25', domains: ['c.example', 'a.example'] },
    },
    'mail-domains': ['a', 'b', 'c', 'd'].map((each) => relayed(`${each}.example`)),
  };
  const files = filesOf(parameters);

  /** Sender domain → name of its delivery service's transport. */
  const transportsOf = (rendered: ReadonlyMap<string, string>) =>
    Object.fromEntries(
      tenantsOf(rendered).map(({ domain, delivery }) => [domain, delivery?.replace(/:.*/, '') ?? '']),
    );
  const transports = transportsOf(files);
  const [one = '', two = '', three = ''] = ['a', 'b', 'c'].map((each) => transports[`${each}.example`]);

  it('on one host and port have a password table each', () => {
    expect(tableOf(files, `outbound/${one}-password`)).to.deep.equal({
      '[smtp.example.net]:587': 'first:secret: one #1',
    });
    expect(tableOf(files, `outbound/${two}-password`)).to.deep.equal({
      '[smtp.example.net]:587': 'second:secret-two',
    });
    expect(tableOf(files, `outbound/${three}-password`)).to.deep.equal({});
  });

  it('take the mail of their sender domains, the first one that lists a domain', () => {
    expect(tableOf(files, 'outbound/sender-transports')).to.include({
      '@a.example': `${one}:[smtp.example.net]:587`,
      '@foreign.example': `${one}:[smtp.example.net]:587`,
      '@b.example': `${two}:[smtp.example.net]:587`,
      '@c.example': `${three}:[fd00::25]:25`,
    });
    expect(tenantsOf(files).map(({ domain, delivery }) => [domain, delivery])).to.deep.equal([
      ['a.example', `${one}:[smtp.example.net]:587`],
      ['b.example', `${two}:[smtp.example.net]:587`],
      ['c.example', `${three}:[fd00::25]:25`],
      ['d.example', null],
    ]);
  });

  it('keep their names whatever comes before them, and none gets the name of another', () => {
    expect([one, two, three]).to.satisfy((names: string[]) =>
      names.every((name) => /^delivery-[0-9a-f]{16}$/.test(name)),
    );
    const services = parameters['proxy-map'];
    const withFirst = filesOf({
      ...parameters,
      'proxy-map': { zero: { host: 'zero.example.net', domains: ['d.example'] }, ...services },
    });
    expect(transportsOf(withFirst)).to.include({ 'a.example': one, 'b.example': two, 'c.example': three });
    const changes: Record<string, object> = {
      host: { host: 'other.example.net' },
      port: { port: 25 },
      user: { user: 'other' },
    };
    for (const [what, change] of Object.entries(changes)) {
      const changed = filesOf({
        ...parameters,
        'proxy-map': { ...services, one: { ...services.one, ...change } },
      });
      expect([one, two, three], what).to.not.include(transportsOf(changed)['a.example']);
    }
    const newPassword = filesOf({
      ...parameters,
      'proxy-map': { ...services, one: { ...services.one, password: 'another' } },
    });
    expect(transportsOf(newPassword)).to.include({ 'a.example': one });
  });

  it('that want a login get it over TLS only', () => {
    const master = files.get('etc/postfix/outbound/master.cf') ?? '';
    const level = (transport: string) =>
      new RegExp(`^${transport} unix.*(?:\\n .*)*?smtp_tls_security_level=(\\w+)`, 'm').exec(master)?.[1];
    expect([one, two, three].map(level)).to.deep.equal(['encrypt', 'encrypt', 'may']);
    expect(master).not.to.contain('{x}');
  });
});

describe('tenants of a relay node', () => {
  it('are recognised by exactly what they chose', () => {
    const tenants = tenantsOf(
      filesOf({
        'mail-domains': [
          relayed('a.example', { 'mail-server-host': 'FD00:0::AB' }),
          byPassword('b.example', 'secret'),
          byFingerprint('c.example', 'ab'),
        ],
      }),
    );
    const backend = { host: 'fd00::a1', port: 10025 };
    const nothing = { login: null, address: null, fingerprints: [], backend, delivery: null };
    expect(tenants).to.deep.equal([
      {
        ...nothing,
        domain: 'a.example',
        address: 'fd00::ab',
        backend: { ...backend, host: 'fd00::ab' },
      },
      { ...nothing, domain: 'b.example', login: 'b.example' },
      { ...nothing, domain: 'c.example', fingerprints: [fingerprint('AB')] },
    ]);
  });

  it('have a delivery service of their own, and a bounce of inbound finds it with the same password', () => {
    const files = filesOf({
      'mail-domains': [relayed('a.example')],
      'proxy-map': {
        one: { host: 'smtp.example.net', port: 587, user: 'u', password: 'p', domains: ['a.example'] },
      },
    });
    const [tenant] = tenantsOf(files);
    const [transport = ''] = tenant?.delivery?.split(':') ?? [];
    const options = (service: string) =>
      new RegExp(`^${transport} unix .*\\n((?: .*\\n)*)`, 'm').exec(
        files.get(`etc/postfix/${service}/master.cf`) ?? '',
      )?.[1];
    expect(options('inbound')).to.contain(`/etc/postfix/outbound/${transport}-password\n`);
    expect(options('inbound')).to.equal(options('outbound'));
  });

  it('log in only where one of them has a password', () => {
    const main = (...domains: object[]) =>
      filesOf({ 'mail-domains': domains }).get('etc/postfix/outbound/main.cf') ?? '';
    expect(main(relayed('a.example'))).to.match(/^smtpd_sasl_auth_enable = no$/m);
    expect(main(byPassword('a.example', 'secret'))).to.match(/^smtpd_sasl_auth_enable = yes$/m);
    expect(main(byPassword('a.example', 'secret'))).to.match(/^smtpd_tls_auth_only = yes$/m);
  });
});

describe('a relay node', () => {
  it('publishes where it listens, its certificates, and what it has applied', () => {
    const { plan } = processNode({
      fqdn: 'mx1.example.net',
      'mail-domains': [
        { ...byFingerprint('b.example', 'BB', 'AA'), digest: 'of b' },
        { ...byFingerprint('a.example', 'aa'), digest: 'of a' },
        relayed('older.example'),
        // Mail for this one would loop, so it is left out, and nothing waits for it.
        { ...relayed('own.example'), 'mail-server-host': 'fd00::1', digest: 'of own' },
      ],
      'monitor-password': 'of-the-cluster',
    });
    expect(publication(plan, '')).to.deep.equal({
      'smtp-port': '10025',
      'submission-port': '10587',
      'smtp-ipv6': 'fd00::1',
      'tls-fingerprints': [fingerprint('AA'), fingerprint('BB')],
      'dns-entries': ['a', 'b', 'older'].map((name) => `${name}.example. MX 10 mx1.example.net.`).join('\n'),
      applied: {
        domains: { 'a.example': 'of a', 'b.example': 'of b', 'own.example': 'of own' },
        fingerprints: [fingerprint('AA'), fingerprint('BB')],
      },
      'monitor-base-url': 'https://[fd00::1]:8196',
      'monitor-setup-url':
        'https://monitor.app.officejs.com/#page=ojsm_landing&url=https://[fd00::1]:8196/public/feeds' +
        '&username=admin&password=of-the-cluster',
    });
    const schema = 'mail-server-relay/relay-output.json';
    expect(checkAgainstSchema(schema, publication(plan, '')).problems).to.deep.equal([]);
    expect(plan.ledger.secrets).to.include({ 'monitor-password': 'of-the-cluster' });
  });

  const unnamed = `1.${'0.'.repeat(29)}d.f.ip6.arpa`;

  it('greets by its host name, else by its title, and sends by a fully qualified name in any case', () => {
    const names: [parameters: object, greeting: string, mailName: string][] = [
      [{ fqdn: 'mx1.example.net' }, 'mx1.example.net', 'mx1.example.net'],
      [{ fqdn: 'mx1.example.net.' }, 'mx1.example.net', 'mx1.example.net'],
      [{ fqdn: 'mx1', 'relay-domain': 'relay.example' }, 'mx1', 'relay.example'],
      [{ 'relay-domain': 'relay.example' }, 'mail_one', 'relay.example'],
      [{ 'relay-domain': '2001:db8::1' }, 'mail_one', unnamed],
      [{}, 'mail_one', unnamed],
      [{ fqdn: 'é' }, 'mail_one', unnamed],
      [{ fqdn: 'mx1..example.net' }, 'mail_one', unnamed],
      [{ fqdn: `${'a'.repeat(64)}.example` }, 'mail_one', unnamed],
    ];
    for (const [parameters, greeting, mailName] of names) {
      const files = filesOf(parameters);
      for (const service of ['inbound', 'outbound']) {
        const main = files.get(`etc/postfix/${service}/main.cf`)?.split('\n');
        expect(main, greeting).to.include(`myhostname = ${mailName}`);
        const master = files.get(`etc/postfix/${service}/master.cf`) ?? '';
        const own = greeting === mailName ? '' : `    -o myhostname=${greeting}\n`;
        expect(master, greeting).to.contain(
          `[fd00::1]:${service === 'inbound' ? 10025 : 10587} inet n - n - - smtpd\n${own}`,
        );
        expect(master.includes('myhostname'), greeting).to.equal(own !== '');
      }
      const { asker } = parseRelayPolicyConfig(files.get('etc/relay-policy.json') ?? '', 'relay-policy.json');
      expect(asker.hostName).to.equal(mailName);
    }
  });

  it('greets by its title, and sends by it as well, where that is fully qualified', () => {
    const input = validateRelayRequest({ softwareType: 'relay', parameters: {}, sharedRequests: [] });
    expect(nodeNamesOf(input, placeWith({ title: 'mx1.example.net' }))).to.deep.equal({
      hostName: 'mx1.example.net',
      mailName: 'mx1.example.net',
    });
  });

  it('serves its own certificate inbound, or the one that was given, its key first', () => {
    const path = 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem';
    expect(filesOf({}).get(path)).to.equal('key\ncertificate\n');
    const given = certificate + privateKey;
    expect(filesOf({ 'custom-inbound-certificate': given }).get(path)).to.equal(privateKey + certificate);
    const promises = (parameters: object) =>
      filesOf(parameters).get('etc/promises.json')?.includes('inbound_custom_certificate_served');
    expect([promises({}), promises({ 'custom-inbound-certificate': given })]).to.deep.equal([false, true]);
  });

  it('asks postgrey only where greylisting is on', () => {
    const asks = (enable: boolean) =>
      filesOf({ greylisting: { enable } }).get('etc/postfix/inbound/main.cf')?.includes('postgrey.sock');
    expect([asks(true), asks(false)]).to.deep.equal([true, false]);
  });

  it('changes data only, when a domain is added: no configuration, wrapper or script', () => {
    const before = filesOf({ 'mail-domains': [relayed('a.example')] });
    const after = filesOf({ 'mail-domains': [relayed('a.example'), byFingerprint('b.example', 'AA')] });
    const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    expect(changed).to.have.members([
      'etc/postfix/inbound/relay-domains',
      'etc/postfix/inbound/own-senders',
      'etc/postfix/inbound/transports',
      'etc/postfix/outbound/relay-domains',
      'etc/postfix/outbound/transports',
      'etc/postfix/outbound/backend_tls_policy_map',
      'etc/relay-policy.json',
    ]);
  });

  it('keeps its secrets out of every file but the one that needs it, which only its user reads', () => {
    const secrets = {
      delivery: 'secret-of-delivery',
      domain: 'secret-of-domain',
      monitor: 'secret-of-monitor',
    };
    const { plan } = processNode({
      'proxy-map': { out: { host: 'h', user: 'u', password: secrets.delivery, domains: ['a.example'] } },
      'mail-domains': [byPassword('a.example', secrets.domain)],
      'monitor-password': secrets.monitor,
    });
    const files = contents(plan);
    const holders = (secret: string) =>
      [...files].filter(([, text]) => text.includes(secret)).map(([path]) => path);
    expect(holders(secrets.delivery)).to.have.lengthOf(1);
    expect(holders(secrets.delivery)[0]).to.match(/^etc\/postfix\/outbound\/delivery-\w+-password$/);
    expect(holders(secrets.domain)).to.deep.equal([]);
    expect(holders(secrets.monitor)).to.deep.equal([]);
    const published = JSON.stringify(plan.publications);
    expect(published.match(/.{9}secret-of-[a-z]+/g)).to.deep.equal([`password=${secrets.monitor}`]);
    expect(files.get('etc/sasl/users')).to.match(/^a\.example:\{SSHA512\}/);
    for (const { path, mode } of plan.files) expect(mode & 0o077, path).to.equal(0);
  });
});
