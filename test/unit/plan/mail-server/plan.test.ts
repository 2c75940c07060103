import { expect } from 'chai';
import fc from 'fast-check';

import { RequesterError } from '../../../../src/errors.ts';
import { parsePasswdFile } from '../../../../src/formats/passwd-file.ts';
import { serialiseLedger } from '../../../../src/ledger/text.ts';
import { promiseAddress } from '../../../../src/names/promise-address.ts';
import { contents, processMailServer } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { placeWith } from '../../../support/place.ts';

/** Key → value of a table's source. */
function tableOf(files: ReadonlyMap<string, string>, name: string): Map<string, string> {
  const lines = (files.get(`etc/postfix/${name}`) ?? '').split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

const options = (text: string | undefined) =>
  Object.fromEntries(
    [...(text ?? '').matchAll(/^([a-z_]+) = ?(.*)$/gm)].map(([, key, value]) => [key ?? '', value ?? '']),
  );

describe('the files of a mail server', function () {
  this.timeout(20_000);
  const accounts = {
    _alice: { address: 'alice@example.com' },
    _bob: { address: 'bob@example.com' },
    _twice: { address: 'alice@example.com' },
    _bad: { address: 'a:b@example.com' },
  };

  it('agree on who exists: mailboxes, sender logins and users', () => {
    const { plan } = processMailServer({ shared: accounts, parameters: { 'test-account': true } });
    const files = contents(plan);
    const users = parsePasswdFile(serialiseLedger(plan.ledger, '/m').users, () => {
      throw new Error('cannot be read');
    }).map(({ name }) => name);
    const expected = ['alice@example.com', 'bob@example.com', promiseAddress, 'testmail@example.com'];
    expect([...tableOf(files, 'mailboxes').keys()]).to.deep.equal(expected);
    const senders = [...tableOf(files, 'sender-logins')].filter(([, login]) => login !== 'nobody');
    expect(senders).to.deep.equal(expected.map((address) => [address, address]));
    expect(users).to.deep.equal(expected);
  });

  it('bring mail for the bare postmaster, of whom Postfix asks nobody, to the first domain or nowhere, never back', () => {
    const host = 'postmaster@mail.example.net';
    const parameters = { fqdn: 'mail.example.net' };
    const nobody = contents(processMailServer({ parameters }).plan);
    expect(tableOf(nobody, 'recipients').has(host)).to.equal(false);
    expect(tableOf(nobody, 'refused-deliveries').get(host)).to.equal('discard:');
    const shared = {
      ...accounts,
      _postmaster: { kind: 'alias', address: 'postmaster@example.com', destinations: ['bob@example.com'] },
    };
    const somebody = contents(processMailServer({ parameters, shared }).plan);
    expect(tableOf(somebody, 'recipients').get(host)).to.equal('bob@example.com');
  });

  it('bring it to whoever is postmaster of a hosted domain that is the host name, also one that stands for another', () => {
    const postmaster = {
      kind: 'alias',
      address: 'postmaster@example.com',
      destinations: ['bob@example.com'],
    };
    const parameters = { 'domain-aliases': { 'example.org': 'example.com' } };
    for (const fqdn of ['example.com', 'example.org']) {
      const host = `postmaster@${fqdn}`;
      const nobody = contents(processMailServer({ parameters: { ...parameters, fqdn } }).plan);
      expect(tableOf(nobody, 'refused-deliveries').get(host), fqdn).to.equal('discard:');
      const shared = { ...accounts, _postmaster: postmaster };
      const somebody = contents(processMailServer({ parameters: { ...parameters, fqdn }, shared }).plan);
      expect(tableOf(somebody, 'recipients').get(host), fqdn).to.equal('bob@example.com');
      expect(tableOf(somebody, 'refused-deliveries').has(host), fqdn).to.equal(false);
    }
  });

  it('forget a released account everywhere but in the ledger', () => {
    const before = processMailServer({ shared: accounts });
    const { plan } = processMailServer({ ledger: before.plan.ledger });
    for (const [path, text] of contents(plan)) expect(text, path).not.to.contain('alice@example.com');
    expect(serialiseLedger(plan.ledger, '/m').users).not.to.contain('alice@example.com');
    expect(serialiseLedger(plan.ledger, '/m').holders).to.contain('alice@example.com released');
  });

  it('host the domains, the domain of the promise and the host name', () => {
    const { plan } = processMailServer({
      parameters: { 'mail-domains': ['b.example', 'A.example'], fqdn: 'mail.example.net' },
    });
    expect([...tableOf(contents(plan), 'mail-domains').keys()]).to.deep.equal([
      'a.example',
      'b.example',
      'mail.example.net',
      'promise.invalid',
    ]);
  });

  it('have a path each', () => {
    const { plan } = processMailServer();
    expect(contents(plan).size).to.equal(plan.files.length);
  });

  it('stand in folders that are planned', () => {
    const { plan } = processMailServer({
      softwareType: 'default-ors',
      parameters: { 'demo-disable-auth': true },
    });
    const folders = plan.folders.map(({ path }) => path);
    for (const { path } of plan.files) {
      const folder = path.slice(0, path.lastIndexOf('/'));
      const isThere = folders.some((each) => each === folder || each.startsWith(`${folder}/`));
      expect(isThere || folder === 'etc/postfix', path).to.equal(true);
    }
  });

  it('are the same for the same input', () => {
    const input = { shared: accounts, parameters: { 'inbound-relay': {} } };
    expect(contents(processMailServer(input).plan)).to.deep.equal(contents(processMailServer(input).plan));
  });

  it('do not depend on the order of accounts', () => {
    const { _alice, _bob } = accounts;
    const [left, right] = [
      { _alice, _bob },
      { _bob, _alice },
    ].map((shared) => contents(processMailServer({ shared }).plan));
    expect(right).to.deep.equal(left);
  });

  it('only read another table when an account is added: no configuration, wrapper or script changes', () => {
    const few = processMailServer({ shared: { _alice: accounts._alice } });
    const more = processMailServer({ shared: accounts, ledger: few.plan.ledger });
    const [before, after] = [contents(few.plan), contents(more.plan)];
    const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    expect(changed).to.deep.equal([
      'etc/postfix/mailboxes',
      'etc/postfix/recipients',
      'etc/postfix/sender-logins',
    ]);
    for (const { path, table, reload, restart } of more.plan.files) {
      if (changed.includes(path))
        expect({ table, reload, restart }).to.deep.equal({
          table: true,
          reload: undefined,
          restart: undefined,
        });
    }
  });

  it('name no service, promise or tool after an account', () => {
    const parts = (shared: object) =>
      /^parts =\n((?: {2}.*\n)+)/m.exec(
        contents(processMailServer({ shared: shared as never }).plan).get('etc/profile.cfg') ?? '',
      )?.[1];
    expect(parts(accounts)).to.be.a('string').and.to.equal(parts({}));
  });

  it('let anybody deliver without a relay, only relays with one', () => {
    const main = (parameters: object) =>
      contents(processMailServer({ parameters }).plan).get('etc/postfix/main.cf');
    expect(main({})).not.to.contain('permit_tls_clientcerts');
    expect(main({ 'inbound-relay': {} })).to.match(
      /internal-recipients\n\s+permit_tls_clientcerts\n\s+check_ccert_access .*DEFER.*\n\s+reject\n/,
    );
  });

  it('trust the clients of the relay in a table of their fingerprints', () => {
    const { plan } = processMailServer({
      parameters: { 'inbound-relay': {} },
      answers: {
        'mail-server-relay-example.com': {
          'outbound-host': 'fd00::2',
          'outbound-smtp-port': '10587',
          'tls-fingerprints': [fingerprint('11'), fingerprint('22')],
        },
      },
    });
    expect([...tableOf(contents(plan), 'relay_clientcerts').keys()]).to.deep.equal([
      fingerprint('11'),
      fingerprint('22'),
    ]);
  });

  it('trust nobody for his address', () => {
    const main = contents(processMailServer({ place: placeWith({ ipv4: '10.0.0.1' }) }).plan).get(
      'etc/postfix/main.cf',
    );
    expect(options(main)['mynetworks']).to.equal('');
    expect(main).not.to.contain('permit_mynetworks');
  });

  it('count sizes as their daemons do', () => {
    const files = contents(
      processMailServer({ parameters: { 'email-size-limit': 7, 'mailbox-size-limit': 9 } }).plan,
    );
    expect(options(files.get('etc/postfix/main.cf'))).to.include({
      message_size_limit: String(7 * 1024 * 1024),
    });
    expect(files.get('etc/dovecot/dovecot.conf')).to.contain('quota_rule = *:storage=9M');
  });

  it('accept any login only for a demonstration, and only in hosted domains', () => {
    const files = contents(
      processMailServer({
        softwareType: 'default-ors',
        parameters: { 'mail-domains': ['a-b.example'], 'demo-disable-auth': true },
      }).plan,
    );
    expect(files.get('etc/dovecot/dovecot.conf')).to.contain('nopassword=y');
    const [, source = '', result] =
      /^\/(.*)\/ (.*)\n$/.exec(files.get('etc/postfix/any-login.regexp') ?? '') ?? [];
    expect(result).to.equal('${1}');
    const pattern = new RegExp(source);
    for (const address of ['any@a-b.example', 'x.y@promise.invalid'])
      expect(pattern.exec(address)?.[1]).to.equal(address);
    for (const address of ['any@a-bxexample', 'any@a-b.example.com', 'a@x@a-b.example', '@a-b.example']) {
      expect(pattern.test(address), address).to.equal(false);
    }
    expect(contents(processMailServer().plan).get('etc/dovecot/dovecot.conf')).not.to.contain('nopassword');
  });

  it('can be planned for whatever passes validation', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constant('h.example'),
    );
    const outbound = fc.record(
      {
        host: fc.oneof(text, fc.ipV6(), fc.constantFrom('h.example', '[::1]', 'h.example:25', '...', '-')),
        port: fc.integer({ min: 0, max: 66000 }),
        user: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 6 }),
        password: text,
        enable: fc.boolean(),
      },
      { requiredKeys: ['host'] },
    );
    const title = fc.string({ unit: 'binary', maxLength: 40 });
    let planned = 0;
    fc.assert(
      fc.property(outbound, text, title, text, (own, url, name, reference) => {
        try {
          const { plan } = processMailServer({
            parameters: {
              'outbound-relay': own,
              ...(url === '' ? {} : { 'inbound-relay': { enable: true, 'relay-sr-url': url } }),
            },
            shared: [
              {
                reference,
                parameters: { address: 'a@example.com', 'reset-token': `${name}0123456789` },
              },
            ],
            place: placeWith({ title: name }),
          });
          contents(plan);
          serialiseLedger(plan.ledger, '/m');
          planned += 1;
        } catch (error) {
          if (!(error instanceof RequesterError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
    expect(planned).to.be.greaterThan(30);
  });
});

describe('secrets', function () {
  this.timeout(20_000);
  const secret = fc.stringMatching(/^[!-9;-~]{12,24}$/);
  /** Where each secret may stand. */
  const allowed: Readonly<Record<string, RegExp>> = {
    smarthost: /^etc\/postfix\/smarthost-passwords$/,
    promise: /^etc\/promise-credentials\.json$/,
    token: /^$/,
    admin: /^$/,
    monitor: /^$/,
    hash: /^$/,
  };

  it('stand in no profile, script, wrapper or readable file, whatever they are', () => {
    const before = processMailServer({ shared: { _a: { address: 'a@example.com' } } }).plan.ledger;
    fc.assert(
      fc.property(fc.uniqueArray(secret, { minLength: 6, maxLength: 6 }), (values) => {
        // Each with a mark of its own: none is a part of another one.
        const [smarthost = '', promise = '', token = '', admin = '', monitor = '', hash = ''] = values.map(
          (value, index) => `Q${index}~${value}`,
        );
        const { plan } = processMailServer({
          parameters: { 'outbound-relay': { host: 'h.example', user: 'user', password: smarthost } },
          shared: {
            _a: { address: 'a@example.com' },
            _b: { address: 'b@example.com', 'reset-token': token },
          },
          ledger: {
            ...before,
            secrets: {
              'promise-password': promise,
              'webmail-admin-password': admin,
              'monitor-password': monitor,
            },
            accounts: before.accounts.map((record) => ({ ...record, password: `{X}${hash}`, token: null })),
          },
        });
        const modes = new Map(plan.files.map(({ path, mode }) => [path, mode]));
        const planted = Object.entries({ smarthost, promise, token, admin, monitor, hash });
        for (const [path, text] of contents(plan)) {
          for (const [name, value] of planted) {
            const written = text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1));
            if (!written) continue;
            expect(allowed[name]?.test(path), `${name} in ${path}`).to.equal(true);
            expect(modes.get(path), path).to.equal(0o600);
          }
        }
        const texts = serialiseLedger(plan.ledger, '/m');
        for (const file of ['holders', 'published', 'requested', 'ports'] as const) {
          for (const [name, value] of planted)
            expect(texts[file], `${name} in ${file}`).not.to.contain(value);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('reach nobody but the one whom they are for', () => {
    const { plan, model } = processMailServer({
      parameters: { 'outbound-relay': { host: 'h.example', user: 'user', password: 'smarthost-secret' } },
      shared: {
        _a: { address: 'a@example.com', 'reset-token': 'secret-of-a' },
        _b: { address: 'b@example.com' },
      },
    });
    for (const { target, parameters } of plan.publications) {
      const text = JSON.stringify(parameters);
      expect(text).not.to.contain('smarthost-secret');
      expect(text).not.to.contain(model.secrets['promise-password']);
      expect(text.includes('secret-of-a')).to.equal(target === '_a');
      expect(text.includes(model.secrets['monitor-password'])).to.equal(target === '');
    }
  });

  it('are not in what other software releases are asked', () => {
    const { requests, model } = processMailServer({
      parameters: {
        'inbound-relay': {},
        'outbound-relay': { host: 'h.example', user: 'user', password: 'smarthost-secret' },
      },
    });
    const text = JSON.stringify(requests);
    for (const value of ['smarthost-secret', ...Object.values(model.secrets)])
      expect(text).not.to.contain(value);
  });
});
