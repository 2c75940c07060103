import { expect } from 'chai';

import type { Tenant } from '../../../../src/daemons/relay-policy/config.ts';
import { decide, type Question, type Whereabouts } from '../../../../src/daemons/relay-policy/decide.ts';
import { indexTenants } from '../../../../src/daemons/relay-policy/tenant-index.ts';
import { fingerprint } from '../../../support/fingerprint.ts';

const tenant = (domain: string, more: Partial<Tenant>): Tenant => ({
  domain,
  login: null,
  address: null,
  fingerprints: [],
  backend: { host: '::1', port: 25 },
  delivery: null,
  ...more,
});

const way = 'delivery-1:[smtp.example.net]:587';
const index = indexTenants([
  tenant('pass.example', { login: 'pass.example' }),
  tenant('paid.example', { login: 'paid.example', delivery: way }),
  tenant('home.example', { address: 'fd00::1' }),
  tenant('second.example', { address: 'fd00::1', delivery: way }),
  tenant('cert.example', { fingerprints: [fingerprint('AB'), fingerprint('CD')] }),
  tenant('same.example', { fingerprints: [fingerprint('AB')] }),
]);

const question = (more: Partial<Question>): Question => ({
  policy_context: 'permission',
  sender: '',
  recipient: 'someone@home.example',
  client_address: 'fd00::99',
  sasl_username: '',
  ccert_fingerprint: '',
  ccert_pubkey_fingerprint: '',
  ...more,
});
const answer = (more: Partial<Question>, whereabouts: Whereabouts = 'elsewhere') =>
  decide(question(more), index, whereabouts);
const isAllowed = (more: Partial<Question>) => answer(more) === 'OK';

const who: Record<string, { shown: Partial<Question>; own: string[] }> = {
  'a login': { shown: { sasl_username: 'pass.example' }, own: ['pass.example'] },
  'an address': { shown: { client_address: 'fd00::1' }, own: ['home.example', 'second.example'] },
  'a certificate': { shown: { ccert_fingerprint: fingerprint('AB') }, own: ['cert.example', 'same.example'] },
};
const all = [
  'pass.example',
  'paid.example',
  'home.example',
  'second.example',
  'cert.example',
  'same.example',
];

describe('who may send as what', () => {
  for (const [title, { shown, own }] of Object.entries(who)) {
    it(`${title} may send as its own domains, and as no other tenant's`, () => {
      for (const domain of all)
        expect(isAllowed({ ...shown, sender: `me@${domain}` }), domain).to.equal(own.includes(domain));
    });

    it(`${title} has no right to names below or beside its own`, () => {
      for (const domain of own) {
        const near = [`sub.${domain}`, `x${domain}`, `${domain}.evil.example`, domain.slice(1), `${domain}.`];
        // The node may not know them yet.
        for (const name of near)
          expect(answer({ ...shown, sender: `me@${name}` }), name).to.match(
            /^DEFER 4\.7\.1 you may send as /,
          );
        for (const sender of ['me', '@'])
          expect(answer({ ...shown, sender }), sender).to.match(/^REJECT 5\.7\.1 you may send as /);
        expect(answer({ ...shown, sender: `me@${domain}@evil.example` })).to.match(/^REJECT 5\.7\.1 /);
      }
    });

    it(`${title} may send bounces to relayed domains`, () => {
      expect(isAllowed({ ...shown, sender: '' })).to.equal(true);
    });

    it(`${title} may write in any letter case`, () => {
      const sender = `Me@${(own[0] ?? '').toUpperCase()}`;
      expect(isAllowed({ ...shown, sender, recipient: 'Someone@HOME.Example' })).to.equal(true);
    });
  }

  it('logins, addresses and fingerprints count in any letter case', () => {
    expect(isAllowed({ sasl_username: 'Pass.EXAMPLE', sender: 'a@pass.example' })).to.equal(true);
    expect(isAllowed({ client_address: 'FD00::1', sender: 'a@home.example' })).to.equal(true);
    const lower = fingerprint('AB').toLowerCase();
    expect(isAllowed({ ccert_fingerprint: lower, sender: 'a@cert.example' })).to.equal(true);
  });

  it('an IPv4 address counts the same when a socket tells it in IPv6', () => {
    const one = indexTenants([tenant('v4.example', { address: '192.0.2.1', delivery: way })]);
    for (const client_address of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1'])
      expect(decide(question({ client_address, sender: 'a@v4.example' }), one, 'elsewhere')).to.equal('OK');
    for (const client_address of ['192.0.2.11', '::ffff:192.0.2.2', '::192.0.2.1', 'fd00::ffff:192.0.2.1'])
      expect(decide(question({ client_address, sender: 'a@v4.example' }), one)).to.match(/^DEFER/);
  });

  it('a domain of a login or a certificate has no right from anybody’s address', () => {
    for (const sender of ['a@pass.example', 'a@paid.example', 'a@cert.example'])
      expect(isAllowed({ client_address: 'fd00::1', sender }), sender).to.equal(false);
  });

  it('a login says it all: it adds nothing to what the address may, and an unknown one may nothing', () => {
    const shown = { client_address: 'fd00::1', ccert_fingerprint: fingerprint('AB') };
    expect(isAllowed({ ...shown, sasl_username: 'pass.example', sender: 'a@home.example' })).to.equal(false);
    expect(isAllowed({ ...shown, sasl_username: 'nobody.example', sender: 'a@home.example' })).to.equal(
      false,
    );
  });

  it('who shows nothing that is known is put off, also for a bounce and to a relayed domain', () => {
    for (const sender of ['', 'a@home.example', 'a@foreign.example'])
      expect(answer({ sender })).to.match(/^DEFER 4\.7\.1 no domain is relayed for fd00::99; /);
    expect(answer({ ccert_fingerprint: fingerprint('EE') })).to.contain('this client certificate');
    expect(isAllowed({ client_address: '', sender: '' })).to.equal(false);
  });

  it('a fingerprint of the public key counts as one of the certificate', () => {
    const shown = { ccert_fingerprint: fingerprint('EE'), ccert_pubkey_fingerprint: fingerprint('CD') };
    expect(isAllowed({ ...shown, sender: 'a@cert.example' })).to.equal(true);
    expect(isAllowed({ ...shown, sender: '' })).to.equal(true);
    expect(isAllowed({ ...shown, sender: 'a@same.example' })).to.equal(false);
    const neither = { ccert_fingerprint: fingerprint('EE'), ccert_pubkey_fingerprint: fingerprint('EF') };
    expect(answer({ ...neither, sender: 'a@cert.example' })).to.match(/^DEFER 4\.7\.1 .*certificate/);
  });

  it('a certificate that is not known yet is put off, also where the address has rights of its own', () => {
    const shown = { client_address: 'fd00::1', ccert_fingerprint: fingerprint('EE') };
    expect(answer({ ...shown, sender: 'a@cert.example' })).to.match(/^DEFER 4\.7\.1 you may send as /);
    expect(isAllowed({ ...shown, sender: 'a@home.example' })).to.equal(true);
    // Known ones, of somebody else: no processing changes that.
    for (const known of [{ client_address: 'fd00::1' }, { ccert_fingerprint: fingerprint('AB') }])
      expect(answer({ ...known, sender: 'a@pass.example' })).to.match(/^REJECT 5\.7\.1 you may send as /);
  });

  it('nobody is found under what every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(isAllowed({ sasl_username: name, sender: `a@${name}` }), name).to.equal(false);
  });
});

describe('who may send where', () => {
  const foreign = 'someone@foreign.example';

  it('a foreign recipient needs a delivery service of the sender’s domain', () => {
    expect(
      isAllowed({ sasl_username: 'paid.example', sender: 'a@paid.example', recipient: foreign }),
    ).to.equal(true);
    expect(answer({ sasl_username: 'pass.example', sender: 'a@pass.example', recipient: foreign })).to.equal(
      'REJECT 5.7.1 pass.example has no delivery service here: only relayed domains can be reached',
    );
  });

  it('another domain of the same address does not lend its delivery service', () => {
    const shown = { client_address: 'fd00::1', recipient: foreign };
    expect(isAllowed({ ...shown, sender: 'a@second.example' })).to.equal(true);
    expect(isAllowed({ ...shown, sender: 'a@home.example' })).to.equal(false);
  });

  it('no name without a domain is taken for a domain, as a sender or as a recipient', () => {
    const shown = { sasl_username: 'pass.example' };
    expect(answer({ ...shown, sender: 'pass.example' })).to.equal(
      'REJECT 5.7.1 you may send as pass.example only, not as a name without a domain',
    );
    expect(isAllowed({ ...shown, sender: 'me@pass.example', recipient: 'home.example' })).to.equal(false);
  });

  it('a dot at the end of a domain makes it no other domain', () => {
    const shown = { sasl_username: 'pass.example', sender: 'a@pass.example', recipient: 'a@home.example.' };
    expect(isAllowed(shown)).to.equal(true);
    const bounce = { sasl_username: 'paid.example', sender: '', policy_context: 'route' };
    for (const recipient of ['a@home.example', 'a@home.example.', 'a@HOME.example.'])
      expect(answer({ ...bounce, recipient }), recipient).to.equal('DUNNO');
    expect(isAllowed({ ...shown, recipient: 'a@home.example..' })).to.equal(false);
  });

  it('no address says a way to elsewhere, in quotes or without', () => {
    const shown = { sasl_username: 'paid.example', sender: 'a@paid.example' };
    const ways = ['%', '!', '@'].flatMap((way) => [
      `a${way}b.example@home.example`,
      `"a${way}b"@home.example`,
    ]);
    const written = ways.flatMap((each) => [each, `${each}.`, each.toUpperCase(), `${each.toUpperCase()}.`]);
    for (const recipient of [...written, 'a@home.example@foreign.example'])
      expect(answer({ ...shown, recipient }), recipient).to.match(/^REJECT 5\.7\.1 addresses that say a way/);
    for (const sender of ['a@b.example@paid.example', '"a@home.example"@paid.example'])
      expect(answer({ ...shown, sender, recipient: foreign })).to.match(/^REJECT 5\.7\.1 addresses that say/);
    expect(isAllowed({ ...shown, recipient: '100%@foreign.example' })).to.equal(true);
  });

  it('mail to what may become a domain of this cluster waits, with a delivery service and without', () => {
    const reasons: Record<string, RegExp> = {
      cluster: /^DEFER 4\.4\.4 the MX records of foreign\.example name this relay/,
      unknown: /^DEFER 4\.4\.3 DNS does not answer where mail for foreign\.example goes/,
    };
    for (const login of ['paid.example', 'pass.example']) {
      for (const sender of [`a@${login}`, '']) {
        const shown = { sasl_username: login, sender, recipient: foreign };
        expect(decide(question(shown), index)).to.deep.equal({ lookUp: 'foreign.example' });
        for (const [whereabouts, reason] of Object.entries(reasons))
          expect(answer(shown, whereabouts as Whereabouts)).to.match(reason);
      }
    }
  });

  it('mail to a domain that left long ago is refused, though its MX records name the cluster', () => {
    for (const login of ['paid.example', 'pass.example'])
      expect(answer({ sasl_username: login, sender: `a@${login}`, recipient: foreign }, 'gone')).to.match(
        /^REJECT 5\.1\.2 the MX records of foreign\.example name this relay, which it has left$/,
      );
  });

  it('mail to a domain that DNS does not have goes to the delivery service, and waits where there is none', () => {
    const to = (login: string) =>
      answer({ sasl_username: login, sender: `a@${login}`, recipient: foreign }, 'nowhere');
    expect(to('paid.example')).to.equal('OK');
    expect(to('pass.example')).to.match(/^DEFER 4\.7\.1 pass\.example has no delivery service here/);
  });

  it('nothing is looked up for a relayed domain, nor for what cannot become one', () => {
    const shown = { sasl_username: 'paid.example', sender: 'a@paid.example' };
    for (const recipient of ['a@Home.example', 'a@[192.0.2.1]', 'a@[IPv6:fd00::1]'])
      expect(decide(question({ ...shown, recipient }), index), recipient).to.equal('OK');
    // Nor for whoever may not send.
    for (const sender of ['a@pass.example', 'a@new.example'])
      expect(decide(question({ ...shown, sender, recipient: foreign }), index)).to.be.a('string');
  });

  it('a name below a relayed domain is foreign', () => {
    const shown = { sasl_username: 'pass.example', sender: 'a@pass.example' };
    expect(isAllowed({ ...shown, recipient: 'a@sub.home.example' })).to.equal(false);
  });

  it('a bounce to a foreign recipient needs one too', () => {
    expect(isAllowed({ sasl_username: 'paid.example', recipient: foreign })).to.equal(true);
    expect(isAllowed({ sasl_username: 'pass.example', recipient: foreign })).to.equal(false);
    expect(isAllowed({ ccert_fingerprint: fingerprint('AB'), recipient: foreign })).to.equal(false);
  });
});

describe('the way of a message', () => {
  const route = (more: Partial<Question>) => answer({ policy_context: 'route', ...more });
  const foreign = 'someone@foreign.example';

  it('is said for a bounce to a foreign recipient: the delivery service of whoever sends it', () => {
    expect(route({ sasl_username: 'paid.example', recipient: foreign })).to.equal(`FILTER ${way}`);
    expect(route({ client_address: 'fd00::1', recipient: foreign })).to.equal(`FILTER ${way}`);
  });

  it('is that of the first of its domains that has one', () => {
    const later = 'delivery-2:[smtp.example.org]:587';
    const several = indexTenants([
      tenant('none.example', { address: 'fd00::1' }),
      tenant('first.example', { address: 'fd00::1', delivery: way }),
      tenant('later.example', { address: 'fd00::1', delivery: later }),
    ]);
    const bounce = { policy_context: 'route', client_address: 'fd00::1', recipient: foreign };
    expect(decide(question(bounce), several)).to.equal(`FILTER ${way}`);
  });

  it('is left to the tables for everything else', () => {
    expect(route({ sasl_username: 'paid.example', recipient: 'a@Home.example' })).to.equal('DUNNO');
    expect(route({ sasl_username: 'paid.example', sender: 'a@paid.example', recipient: foreign })).to.equal(
      'DUNNO',
    );
    expect(route({ sasl_username: 'pass.example', recipient: foreign })).to.equal('DUNNO');
    expect(route({ recipient: foreign })).to.equal('DUNNO');
  });
});
