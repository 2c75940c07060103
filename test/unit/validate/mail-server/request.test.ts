import { expect } from 'chai';

import { RequesterError } from '../../../../src/errors.ts';
import { usualSettings } from '../../../../src/ledger/types.ts';
import { validateMailServerRequest } from '../../../../src/validate/mail-server/request.ts';
import type { RequestedInstance } from '../../../../src/validate/requested.ts';

function validate(requested: Partial<RequestedInstance>) {
  return validateMailServerRequest({
    softwareType: 'default',
    parameters: { 'mail-domains': ['example.com'] },
    sharedRequests: [],
    ...requested,
  });
}

function problemsOf(parameters: unknown, softwareType = 'default'): readonly string[] {
  try {
    validate({ parameters, softwareType });
  } catch (error) {
    if (error instanceof RequesterError) return error.problems;
    throw error;
  }
  throw new Error('was accepted');
}

const relay = (outbound: object) => ({ 'mail-domains': ['example.com'], 'outbound-relay': outbound });

describe('the parameters of a mail server', () => {
  it('are filled with defaults', () => {
    expect(validate({}).parameters).to.deep.equal({
      'mail-domains': ['example.com'],
      'inbound-relay': { enable: true, 'relay-sr-url': 'urn:slapos:mail-relay' },
      'outbound-relay': { enable: true, port: 25 },
      bogofilter: { enable: true },
      'test-account': false,
      'email-size-limit': 50,
      'mailbox-size-limit': 1024,
      'accounts-may-exceed-limits': false,
      'sending-limits': {
        'messages-per-hour': 500,
        'messages-per-day': 2500,
        'recipients-per-hour': 1000,
        'recipients-per-day': 5000,
      },
      'filter-limits': { scripts: 50, 'script-size': 256 },
      'log-in-limits': { failures: 20, minutes: 10 },
      fqdn: null,
      postmaster: null,
      'any-from': [],
      'trusted-proxies': [],
      'domain-aliases': new Map(),
      forwarding: false,
      'recipient-delimiter': '+',
      'request-dns': { enable: false, 'sr-url': '', 'sr-type': '' },
      'demo-disable-auth': false,
    });
  });

  it('name accounts that may write any From header, in one spelling and each once', () => {
    const domains = { 'mail-domains': ['example.com'] };
    const named = (accounts: readonly string[]) => ({ ...domains, 'any-from': accounts });
    const parameters = named(['Lists@Example.com', 'lists@example.com']);
    expect(validate({ parameters }).parameters['any-from']).to.deep.equal(['lists@example.com']);
    expect(problemsOf(named(['lists@example.com', 'x y@example.com']))[0]).to.match(/^\/any-from\/1: "x y@/);
  });

  it('name trusted proxies by address or network, in one spelling and each once', () => {
    const parameters = {
      'mail-domains': ['example.com'],
      'trusted-proxies': ['192.0.2.1', '2001:DB8:0::/32', '::ffff:192.0.2.1', '192.0.2.1/32', '10.0.0.0/8'],
    };
    expect(validate({ parameters }).parameters['trusted-proxies']).to.deep.equal([
      '192.0.2.1',
      '2001:db8::/32',
      '10.0.0.0/8',
    ]);
    expect(
      validate({ parameters, softwareType: 'default-ors' }).parameters['trusted-proxies'],
    ).to.have.length(3);
  });

  it('trust no proxy that is no address, nor a network of everybody', () => {
    const proxies = ['192.0.2.0/33', 'frontend.example', '::/0', 'fd00::1\nRequire all granted', '192.0.2.1'];
    const problems = problemsOf({ 'mail-domains': ['example.com'], 'trusted-proxies': proxies });
    expect(problems).to.have.length(4);
    expect(problems[0]).to.equal(
      '/trusted-proxies/0: "192.0.2.0/33" is not an IP address or network; write one such as 192.0.2.1 or 2001:db8::/32',
    );
    expect(problems[2]).to.match(
      /^\/trusted-proxies\/2: "::\/0" holds every address, .*; write the frontends' own/,
    );
  });

  it('are not changed in the place that they came from', () => {
    const parameters = { 'mail-domains': ['Example.COM'] };
    validate({ parameters });
    expect(parameters).to.deep.equal({ 'mail-domains': ['Example.COM'] });
  });

  it('have their domains in lower case, each once, in their order', () => {
    const parameters = { 'mail-domains': ['B.example', 'a.example', 'b.EXAMPLE'] };
    expect(validate({ parameters }).parameters['mail-domains']).to.deep.equal(['b.example', 'a.example']);
  });

  it('are refused with all problems at once, each with its pointer', () => {
    const problems = problemsOf({
      'mail-domains': ['Example', 'fine.example', 5],
      'inbound-relay': { enable: 'yes' },
      'outbound-relay': { user: 'u', password: '' },
      'email-size-limit': 0,
      'demo-disable-auth': true,
    });
    expect(problems.map((problem) => problem.split(':')[0])).to.have.members([
      '/mail-domains/0',
      '/mail-domains/2',
      '/inbound-relay/enable',
      '/outbound-relay/password',
      '/outbound-relay',
      '/outbound-relay',
      '/email-size-limit',
      '/demo-disable-auth',
    ]);
    expect(problems).to.include(
      '/mail-domains/0: "Example" is not a mail domain; write a name such as example.com',
    );
    for (const problem of problems) expect(problem).to.match(/^\/\S*: .*; /);
  });

  it('are no object, and that is said', () => {
    for (const parameters of [undefined, null, [], 'text', 5]) {
      expect(problemsOf(parameters).join('\n')).to.match(/^\/: /);
    }
  });

  it('know demo-disable-auth and request-dns for an Open Radio Station only', () => {
    const parameters = { 'mail-domains': ['example.com'], 'demo-disable-auth': true };
    expect(problemsOf(parameters)[0]).to.match(/^\/demo-disable-auth: unknown; known are mail-domains, /);
    expect(problemsOf(parameters, 'RootSoftwareInstance')).to.have.length(1);
    expect(validate({ parameters, softwareType: 'default-ors' }).parameters).to.include({
      'demo-disable-auth': true,
    });
  });

  it('name the known software types when theirs is none of them', () => {
    expect(problemsOf({}, 'relay')).to.deep.equal([
      '/: software type "relay" is not known; known are default, RootSoftwareInstance, default-ors',
    ]);
    expect(problemsOf({}, 'constructor')[0]).to.contain('is not known');
  });

  describe('rules between fields', () => {
    it('refuse a user name with a colon, which Postfix would read as the end of it', () => {
      expect(problemsOf(relay({ host: 'h.example', user: 'a:b', password: 'secret' }))).to.deep.equal([
        '/outbound-relay/user: holds a colon, which SMTP logins of Postfix cannot; ask the host for another user name',
      ]);
    });

    it('refuse a port without a host, written in the host or alone', () => {
      expect(problemsOf(relay({ port: 587 }))[0]).to.match(/^\/outbound-relay\/port: /);
      expect(problemsOf(relay({ host: 'h.example:587' }))[0]).to.match(/^\/outbound-relay\/host: /);
      validate({ parameters: relay({ host: 'fd00::1', port: 587 }) });
    });

    it('refuse blanks around what a table holds', () => {
      const login = { host: 'h.example', user: 'u', password: 'secret' };
      expect(problemsOf(relay({ ...login, password: ' x' }))[0]).to.match(/^\/outbound-relay\/password: /);
      expect(problemsOf(relay({ ...login, password: 'x\u00a0' }))[0]).to.match(
        /^\/outbound-relay\/password: /,
      );
      expect(problemsOf(relay({ ...login, user: ' u' }))[0]).to.match(/^\/outbound-relay\/user: /);
      validate({ parameters: relay({ ...login, password: 'in the middle: "fine"' }) });
    });

    it('refuse half a character, in whatever text it stands', () => {
      const halved = { 'mail-domains': ['example.com'], 'inbound-relay': { 'relay-sr-url': 'urn:\ud800' } };
      expect(problemsOf(halved)).to.deep.equal([
        '/inbound-relay/relay-sr-url: holds half a character (a lone surrogate); remove it',
      ]);
    });

    it('refuse the domain of the delivery promise', () => {
      expect(problemsOf({ 'mail-domains': ['example.com', 'Promise.Invalid'] })[0]).to.match(
        /^\/mail-domains\/1: .*promise\.invalid/,
      );
    });
  });
});

describe('a shared request', () => {
  function outcomeOf(parameters: unknown, problem?: string) {
    const { requests: accounts, refused } = validate({
      sharedRequests: [
        { reference: '_one', parameters, ...(problem === undefined ? {} : { problem }) },
        { reference: '_other', parameters: { address: 'other@example.com' } },
      ],
    });
    expect(accounts.at(-1)).to.include({ reference: '_other' });
    return refused[0] ?? accounts[0];
  }

  it('is an account with a lower-case address', () => {
    expect(outcomeOf({ address: 'Alice@Example.Com' })).to.deep.equal({
      kind: 'account',
      reference: '_one',
      address: 'alice@example.com',
      resetToken: null,
      settings: usualSettings,
      aliases: [],
      forward: [],
    });
  });

  it('may hold keys that nobody knows', () => {
    expect(outcomeOf({ address: 'a@example.com', colour: 'blue' })).to.include({ address: 'a@example.com' });
  });

  it('is refused for each way of being no request, and the others go on', () => {
    for (const parameters of [undefined, null, [], 'text', 7, {}, { address: 5 }, { address: null }]) {
      expect(outcomeOf(parameters))
        .to.have.property('error')
        .that.matches(/^parameters_invalid: \//);
    }
  });

  it('is refused with its address when the reset token is too short, too long or no text', () => {
    for (const token of ['short', 'x'.repeat(1001), 1234567890]) {
      expect(outcomeOf({ address: 'A@example.com', 'reset-token': token }))
        .to.include({ address: 'A@example.com' })
        .and.to.have.property('error')
        .that.matches(/^parameters_invalid: \/reset-token: /);
    }
  });

  it('is refused when the reset token has what no form field sends as it is, or half a character', () => {
    for (const token of ['0123456789\n', 'tab\tinside it', '0123456789\u0000', '0123456789\ud800']) {
      expect(outcomeOf({ address: 'a@example.com', 'reset-token': token }))
        .to.have.property('error')
        .that.matches(/^parameters_invalid: \/reset-token: /);
    }
    for (const token of [' blanks around ', 'b\u00fccher \u{1f600} token', '%00&token=0123456789'])
      expect(outcomeOf({ address: 'a@example.com', 'reset-token': token })).to.include({ resetToken: token });
  });

  it('is refused wherever it holds half a character, and what is told of it holds none', () => {
    const halves: [unknown, string][] = [
      [{ address: 'a\udc00@example.com' }, '/address'],
      [{ address: 'a@example.com', aliases: ['b@example.com', '\ud83d@example.com'] }, '/aliases/1'],
      [{ kind: 'alias', address: 'a@example.com', destinations: ['\ud83d'] }, '/destinations/0'],
      [{ address: 'a@example.com', '\ud800': 1 }, '/\ufffd'],
      [{ kind: '\ud800', address: `${'x'.repeat(319)}\u{1f600}` }, '/kind'],
    ];
    for (const [parameters, pointer] of halves) {
      const refused = outcomeOf(parameters) as { error: string; address: string | null };
      expect(refused.error).to.contain(`${pointer}: `);
      expect(() => encodeURIComponent(`${refused.error} ${refused.address}`)).not.to.throw();
    }
  });

  it('is refused when it could not even be decoded', () => {
    expect(outcomeOf(null, 'is no JSON')).to.deep.equal({
      reference: '_one',
      address: null,
      error: 'parameters_unreadable: is no JSON',
    });
  });
});

describe('a request that is wrong a great many times', () => {
  it('hears of the first fifty, and how many more there are', () => {
    const destinations = Array.from({ length: 5000 }, () => 1);
    const { refused } = validate({
      sharedRequests: [
        { reference: '_a', parameters: { kind: 'alias', address: 'a@example.com', destinations } },
      ],
    });
    expect(refused[0]?.error)
      .to.have.length.below(5000)
      .and.to.match(/ has 4951 problems more$/);
  });
});
