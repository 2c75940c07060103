import { expect } from 'chai';
import fc from 'fast-check';

import { planRoutes } from '../../../../src/plan/mail-server/routes.ts';
import { processMailServer } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';

const [current, next, other] = ['11', '22', '33'].map(fingerprint) as [string, string, string];
const waits = 'retry:4.3.5 the relay of this domain has not answered yet';

function routesOf(parameters: object, answers: Readonly<Record<string, object>> = {}) {
  const named = Object.fromEntries(
    Object.entries(answers).map(([domain, answer]) => [
      `mail-server-relay-${domain}`,
      answer as Record<string, unknown>,
    ]),
  );
  const { transports, tlsPolicies, passwords, trustedClients, missing } = planRoutes(
    processMailServer({ parameters }).model,
    named,
  );
  return {
    transports: Object.fromEntries(transports),
    tlsPolicies: Object.fromEntries(tlsPolicies),
    passwords: Object.fromEntries(passwords),
    trustedClients: [...trustedClients.keys()],
    missing,
  };
}

const relayed = { 'mail-domains': ['a.example', 'b.example'], 'inbound-relay': { enable: true } };
const answer = {
  'outbound-host': 'fd00::2',
  'outbound-smtp-port': '10587',
  'tls-fingerprints': [current, next],
};

describe('the way out of a mail server', () => {
  it('waits in the queue, bounces as well, while the relay has not answered, and says what is missing', () => {
    const { transports, tlsPolicies, passwords, trustedClients, missing } = routesOf(relayed);
    expect(transports).to.deep.equal({ '@a.example': waits, '@b.example': waits, '<>': waits });
    expect([tlsPolicies, passwords, trustedClients]).to.deep.equal([{}, {}, []]);
    expect(missing).to.deep.equal(
      ['a.example', 'b.example'].map(
        (domain) =>
          `the relay of ${domain} has not published outbound-host, outbound-smtp-port and tls-fingerprints yet; ` +
          `mail from ${domain} to other servers waits in the queue`,
      ),
    );
  });

  it('is the relay once it has answered, known by its fingerprints', () => {
    const routes = routesOf(relayed, {
      'a.example': answer,
      'b.example': { ...answer, 'outbound-host': 'relay.example', 'tls-fingerprints': [other.toLowerCase()] },
    });
    expect(routes).to.deep.equal({
      transports: {
        '@a.example': 'relay:[fd00::2]:10587',
        '@b.example': 'relay:[relay.example]:10587',
        '<>': 'relay:[fd00::2]:10587',
      },
      tlsPolicies: {
        '[fd00::2]:10587': `fingerprint match=${current}|${next}`,
        '[relay.example]:10587': `fingerprint match=${other}`,
      },
      passwords: {},
      trustedClients: [current, next, other],
      missing: [],
    });
  });

  it('has one policy for several domains that leave by the same host, with the fingerprints of all', () => {
    const { tlsPolicies, trustedClients } = routesOf(relayed, {
      'a.example': answer,
      'b.example': { ...answer, 'outbound-smtp-port': 10587, 'tls-fingerprints': [next, other] },
    });
    expect(tlsPolicies).to.deep.equal({ '[fd00::2]:10587': `fingerprint match=${current}|${next}|${other}` });
    expect(trustedClients).to.deep.equal([current, next, other]);
  });

  it('is that of its own relay for a domain that stands for another', () => {
    const parameters = {
      'mail-domains': ['a.example'],
      'domain-aliases': { 'alias.example': 'a.example' },
      'inbound-relay': { enable: true },
    };
    const { transports, missing } = routesOf(parameters, { 'alias.example': answer });
    expect(transports['@a.example']).to.equal(waits);
    expect(transports['@alias.example']).to.equal('relay:[fd00::2]:10587');
    expect(missing.join()).to.contain('a.example').and.not.contain('alias.example');
    const sent = routesOf({ ...parameters, 'outbound-relay': { host: 'smtp.example.net' } });
    expect(sent.transports['@alias.example']).to.equal(sent.transports['@a.example']);
  });

  it('goes on for one domain while the relay of another is missing', () => {
    const { transports, missing } = routesOf(relayed, { 'b.example': answer });
    expect(transports).to.deep.equal({
      '@a.example': waits,
      '@b.example': 'relay:[fd00::2]:10587',
      '<>': waits,
    });
    expect(missing).to.have.length(1);
  });

  it('says why the relay refused the domain', () => {
    const error = 'Your domain has not yet passed our domain verification:\nplease set MX records';
    expect(
      routesOf(relayed, { 'a.example': { domain: 'a.example', error }, 'b.example': answer }).missing,
    ).to.deep.equal([
      'the relay of a.example refused it: Your domain has not yet passed our domain verification: ' +
        'please set MX records; mail from a.example to other servers waits in the queue',
    ]);
  });

  describe('through a relay with several nodes', () => {
    const hosts = { 'outbound-hosts': ['fd00::2', 'fd00::3', 'fd00::4'] };

    it('is each of them in turn, known by the fingerprints of all', () => {
      const { transports, tlsPolicies } = routesOf(relayed, {
        'a.example': { ...answer, ...hosts },
        'b.example': { ...answer, 'outbound-hosts': ['fd00::3'], 'tls-fingerprints': [other] },
      });
      expect(transports).to.deep.equal({
        '@a.example': 'relay:[fd00::2]:10587, [fd00::3]:10587, [fd00::4]:10587',
        '@b.example': 'relay:[fd00::2]:10587, [fd00::3]:10587',
        '<>': 'relay:[fd00::2]:10587, [fd00::3]:10587, [fd00::4]:10587',
      });
      expect(tlsPolicies).to.deep.equal({
        '[fd00::2]:10587': `fingerprint match=${current}|${next}|${other}`,
        '[fd00::3]:10587': `fingerprint match=${current}|${next}|${other}`,
        '[fd00::4]:10587': `fingerprint match=${current}|${next}`,
      });
    });

    it('is first the one name of all, if there is one', () => {
      const { transports } = routesOf(relayed, {
        'a.example': { ...answer, ...hosts, 'outbound-host': 'relay.example' },
      });
      expect(transports['@a.example']).to.equal(
        'relay:[relay.example]:10587, [fd00::2]:10587, [fd00::3]:10587, [fd00::4]:10587',
      );
    });

    it('is each of them once, in whatever letters they are written', () => {
      const { transports, tlsPolicies } = routesOf(relayed, {
        'a.example': { ...answer, 'outbound-hosts': ['FD00::2', 'Relay.Example', 'relay.example'] },
      });
      expect(transports['@a.example']).to.equal('relay:[fd00::2]:10587, [relay.example]:10587');
      expect(tlsPolicies).to.have.all.keys('[fd00::2]:10587', '[relay.example]:10587');
    });

    it('is the first one alone when the others are no hosts', () => {
      const unsound = ['', null, 7.5, {}, 'fd00::3]:25 [fd00::4', 'a b', 'a,b', 'a\nb', '[fd00::3]'];
      for (const outboundHosts of [unsound, 'fd00::3', null, { 0: 'fd00::3' }]) {
        const { transports } = routesOf(relayed, {
          'a.example': { ...answer, 'outbound-hosts': outboundHosts },
        });
        expect(transports['@a.example']).to.equal('relay:[fd00::2]:10587');
      }
    });

    it('is never a host without a fingerprint to know it by', () => {
      const host = fc.oneof(fc.ipV6(), fc.ipV4(), fc.domain(), fc.string(), fc.constant('fd00::2'));
      const anyAnswer = fc.record({
        'outbound-host': host,
        'outbound-hosts': fc.array(host),
        'outbound-smtp-port': fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.string()),
        'tls-fingerprints': fc.array(fc.constantFrom(current, next, other, 'AA')),
      });
      fc.assert(
        fc.property(anyAnswer, anyAnswer, (first, second) => {
          const { transports, tlsPolicies } = routesOf(relayed, { 'a.example': first, 'b.example': second });
          for (const transport of Object.values(transports)) {
            if (!transport.startsWith('relay:')) continue;
            for (const hop of transport.slice('relay:'.length).split(/[\s,]+/)) {
              expect(tlsPolicies[hop], hop).to.match(/^fingerprint match=[0-9A-F:]{95}(\|[0-9A-F:]{95})*$/);
            }
          }
        }),
      );
    });
  });

  describe('does not follow an answer', () => {
    const unsound: Readonly<Record<string, object>> = {
      'without a host': { 'outbound-host': undefined },
      'without a port': { 'outbound-smtp-port': '' },
      'without fingerprints': { 'tls-fingerprints': [] },
      'whose fingerprints are no list': { 'tls-fingerprints': current },
      'whose fingerprints are no SHA-256': {
        'tls-fingerprints': ['AA:BB', `${current}:44`, `${current}\n${next}`],
      },
      'whose host ends the line': { 'outbound-host': 'relay.example\nb.example smtp:[evil.example]' },
      'whose host leaves the brackets': { 'outbound-host': 'relay.example]:25 [evil.example' },
      'whose host has a blank': { 'outbound-host': 'relay .example' },
      'whose host is a list': { 'outbound-host': ['relay.example', 'evil.example'] },
      'whose port is no number': { 'outbound-smtp-port': '25 smtp' },
      'whose port is none': { 'outbound-smtp-port': '0' },
      'whose port is too large': { 'outbound-smtp-port': '65536' },
      'whose port has a fraction': { 'outbound-smtp-port': 25.5 },
    };
    for (const [what, change] of Object.entries(unsound)) {
      it(what, () => {
        const { transports, tlsPolicies, missing } = routesOf(relayed, {
          'a.example': { ...answer, ...change },
          'b.example': answer,
        });
        expect(transports).to.include({ '@a.example': waits, '@b.example': 'relay:[fd00::2]:10587' });
        expect(tlsPolicies).to.deep.equal({ '[fd00::2]:10587': `fingerprint match=${current}|${next}` });
        expect(missing).to.have.length(1);
      });
    }

    it('beyond its sound fingerprints', () => {
      const mixed = { ...answer, 'tls-fingerprints': [current, 'nonsense', `${next} relay`, null] };
      expect(routesOf(relayed, { 'a.example': mixed, 'b.example': answer }).trustedClients).to.have.members([
        current,
        next,
      ]);
    });
  });

  it('is a host of one own, with a login and mandatory TLS', () => {
    const own = { host: 'smtp.example.net', port: 587, user: 'me', password: 'pass:word with "blanks"' };
    const routes = routesOf({ 'mail-domains': ['a.example', 'b.example'], 'outbound-relay': own });
    expect(routes).to.deep.include({
      transports: {
        '@a.example': 'smtp:[smtp.example.net]:587',
        '@b.example': 'smtp:[smtp.example.net]:587',
        '<>': 'smtp:[smtp.example.net]:587',
      },
      tlsPolicies: { '[smtp.example.net]:587': 'encrypt' },
      passwords: { '[smtp.example.net]:587': 'me:pass:word with "blanks"' },
      missing: [],
    });
  });

  it('is a host of one own without a login, with TLS where it is offered', () => {
    const routes = routesOf({ 'outbound-relay': { host: 'fd00::25' } });
    expect(routes).to.deep.include({
      tlsPolicies: { '[fd00::25]:25': 'may' },
      passwords: {},
    });
  });

  it('is a host of one own with TLS from the first byte on its port for that, or where it is said', () => {
    for (const host of [
      { host: 'h.example.', port: 465 },
      { host: 'h.example', port: 2465, 'implicit-tls': true, user: 'me', password: 'secret' },
    ]) {
      const hop = `[h.example]:${host.port}`;
      expect(routesOf({ 'outbound-relay': host })).to.deep.include({
        transports: { '@example.com': `smtps:${hop}`, '<>': `smtps:${hop}` },
        // Without a login as well: there is nothing else to speak.
        tlsPolicies: { [hop]: 'encrypt' },
      });
    }
    const plain = routesOf({ 'outbound-relay': { host: 'h.example', port: 465, 'implicit-tls': false } });
    expect(plain.transports).to.include({ '@example.com': 'smtp:[h.example]:465' });
  });

  it('is a host of one own although a relay receives, whose clients are trusted all the same', () => {
    const routes = routesOf({ ...relayed, 'outbound-relay': { host: 'h.example' } }, { 'a.example': answer });
    expect(routes.transports).to.include({ '@a.example': 'smtp:[h.example]:25' });
    expect(routes.trustedClients).to.deep.equal([current, next]);
  });

  it('is the MX of the recipient without a relay', () => {
    expect(routesOf({})).to.deep.equal({
      transports: {},
      tlsPolicies: {},
      passwords: {},
      trustedClients: [],
      missing: [],
    });
    expect(
      routesOf({ ...relayed, 'outbound-relay': { enable: false } }, { 'a.example': answer }),
    ).to.deep.include({
      transports: {},
      trustedClients: [current, next],
    });
  });
});
