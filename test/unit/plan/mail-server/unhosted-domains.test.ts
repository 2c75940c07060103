/** Accounts and aliases of domains that a server does not host, or not yet, or no longer. */
import { expect } from 'chai';

import type { Ledger } from '../../../../src/ledger/types.ts';
import {
  contents,
  delivered,
  processMailServer,
  publication,
  withPassword,
} from '../../../support/mail-server-run.ts';

const waiting = { _alice: { address: 'Alice@later.example' } };
const both = { 'mail-domains': ['example.com', 'later.example'] };
const warning = /^domain_not_hosted: later\.example is not one of this server's domains \(example\.com\); /;

const table = (processed: ReturnType<typeof processMailServer>, name: string) =>
  (contents(processed.plan).get(`etc/postfix/${name}`) ?? '').split('\n');
const published = ({ plan }: ReturnType<typeof processMailServer>, name: string) =>
  publication(plan, name) ?? {};
/** After the person has set a password with the published token. */
const active = (processed: ReturnType<typeof processMailServer>, address: string, name = '_alice'): Ledger =>
  withPassword(
    delivered(processed.plan),
    address,
    String(publication(processed.plan, name)?.['token']),
    '{X}1',
  );

describe('an account of a domain that is not hosted', () => {
  const first = processMailServer({ shared: waiting });

  it('is accepted with a warning, a token and a link', () => {
    expect(published(first, '_alice')).to.include({ address: 'alice@later.example' });
    expect(published(first, '_alice')['warning']).to.match(warning);
    expect(published(first, '_alice')['token']).to.match(/^[0-9a-f-]{36}$/);
    expect(published(first, '_alice')).not.to.have.property('error');
    expect(published(first, '')['error-dict']).to.deep.equal({});
    expect(published(first, '')['slaves']).to.deep.equal({
      _alice: { address: 'alice@later.example', state: 'waiting-for-password' },
    });
  });

  it('is one of the users who may log in, and has its password once it is set', () => {
    const { plan } = processMailServer({ shared: waiting, ledger: active(first, 'alice@later.example') });
    expect(plan.ledger.accounts.find(({ address }) => address === 'alice@later.example')).to.include({
      state: 'held',
      password: '{X}1',
    });
  });

  it('receives nothing and sends as nothing: its domain may be somebody else’s', () => {
    expect(published(first, '_alice')['addresses']).to.deep.equal([]);
    for (const name of ['mailboxes', 'recipients', 'sender-logins', 'mail-domains'])
      expect(table(first, name).join('\n')).not.to.contain('later.example');
  });

  it('has mail as soon as the domain is there, and no warning', () => {
    const ledger = active(first, 'alice@later.example');
    const hosted = processMailServer({ shared: waiting, parameters: both, ledger });
    expect(published(hosted, '_alice')).not.to.have.property('warning');
    expect(hosted.plan.ledger.outbox).to.have.property('_alice');
    expect(published(hosted, '_alice')['addresses']).to.deep.equal(['alice@later.example']);
    expect(table(hosted, 'recipients')).to.include('alice@later.example alice@later.example');
    expect(hosted.plan.ledger.accounts.find(({ address }) => address === 'alice@later.example')).to.include({
      password: '{X}1',
    });
  });

  it('keeps everything when its domain is removed, and says so', () => {
    const hosted = processMailServer({ shared: waiting, parameters: both });
    const ledger = active(hosted, 'alice@later.example');
    const removed = processMailServer({ shared: waiting, ledger });
    const record = ({ plan }: ReturnType<typeof processMailServer>) =>
      plan.ledger.accounts.find(({ address }) => address === 'alice@later.example');
    expect(published(removed, '_alice')['warning']).to.match(warning);
    expect(record(removed)).to.include({ password: '{X}1', mailbox: record(hosted)?.mailbox, state: 'held' });
    expect(table(removed, 'mailboxes').join('\n')).not.to.contain('later.example');
    const back = processMailServer({ shared: waiting, parameters: both, ledger: delivered(removed.plan) });
    expect(record(back)).to.deep.equal(record(removed));
    expect(published(back, '_alice')).not.to.have.property('warning');
  });

  it('still belongs to one requester, has a valid name, and is not in the domain that the server keeps for itself', () => {
    const shared = {
      ...waiting,
      _again: { address: 'alice@later.example' },
      _bad: { address: 'a b@later.example' },
      _one: { address: 'alice@later' },
      _internal: { address: 'alice@promise.invalid' },
    };
    const processed = processMailServer({ shared });
    expect(published(processed, '_again')['error']).to.match(/^address_already_used: /);
    expect(published(processed, '_bad')['error']).to.match(/^address_invalid: /);
    expect(published(processed, '_one')['error']).to.match(/^address_invalid: /);
    expect(published(processed, '_internal')['error']).to.match(
      /^address_invalid: .* internal to this server/,
    );
    const { published: rest } = processMailServer({ shared, ledger: delivered(processed.plan) }).plan.ledger;
    expect(rest).to.have.property('_alice');
  });

  it('is refused in a domain that stands for another, as there are two writings of one address', () => {
    const parameters = { 'domain-aliases': { 'later.example': 'example.com' } };
    expect(published(processMailServer({ shared: waiting, parameters }), '_alice')['error']).to.match(
      /is in a domain that stands for example\.com; claim alice@example\.com/,
    );
  });

  it('is not the way of mail to that domain: what others write there leaves, where that is allowed', () => {
    const shared = {
      ...waiting,
      _list: { kind: 'alias', address: 'list@example.com', destinations: ['alice@later.example'] },
    };
    expect(published(processMailServer({ shared }), '_list')['error']).to.match(/^forwarding_not_allowed: /);
    const forwarding = processMailServer({ shared, parameters: { forwarding: true } });
    expect(table(forwarding, 'recipients')).to.include('list@example.com alice@later.example');
    expect(table(forwarding, 'mailboxes').join('\n')).not.to.contain('later.example');
  });
});

describe('the other addresses of an account whose domain is not hosted', () => {
  const shared = { _alice: { address: 'alice@later.example', aliases: ['alice@example.com'] } };

  for (const forwarding of [false, true])
    it(`are put off until it is, and may be sent as, with forwarding ${forwarding ? 'on' : 'off'}`, () => {
      const processed = processMailServer({ shared, parameters: { forwarding } });
      expect(published(processed, '_alice')).not.to.have.any.keys('error', 'refused-aliases');
      expect(published(processed, '_alice')['addresses']).to.deep.equal(['alice@example.com']);
      expect(table(processed, 'refused-recipients').join('\n')).to.match(/^alice@example\.com 450 4\.2\.1 /m);
      expect(table(processed, 'refused-deliveries').join('\n')).to.match(
        /^alice@example\.com retry:4\.2\.1 /m,
      );
      expect(table(processed, 'sender-logins')).to.include('alice@example.com alice@later.example');
      const hosted = processMailServer({ shared, parameters: { ...both, forwarding } });
      expect(table(hosted, 'recipients')).to.include('alice@example.com alice@later.example');
      expect(table(hosted, 'refused-recipients').join('\n')).not.to.contain('alice@example.com');
    });

  it('may be of such a domain themselves: the account works, with a warning', () => {
    const other = { _alice: { address: 'alice@example.com', aliases: ['alice@later.example'] } };
    const processed = processMailServer({ shared: other });
    expect(published(processed, '_alice')['warning']).to.match(warning);
    expect(published(processed, '_alice')['addresses']).to.deep.equal(['alice@example.com']);
    expect(table(processed, 'recipients')).to.include('alice@example.com alice@example.com');
    expect(table(processed, 'sender-logins').join('\n')).not.to.contain('later.example');
    const hosted = processMailServer({ shared: other, parameters: both });
    expect(published(hosted, '_alice')['addresses']).to.deep.equal([
      'alice@example.com',
      'alice@later.example',
    ]);
  });
});

describe('an alias or a catch-all of a domain that is not hosted', () => {
  for (const address of ['team@later.example', '@later.example'])
    it(`is accepted with a warning and works once the domain is there: ${address}`, () => {
      const shared = {
        _alice: { address: 'alice@example.com' },
        _team: { kind: 'alias', address, destinations: ['alice@example.com'] },
      };
      const processed = processMailServer({ shared });
      expect(published(processed, '_team')['warning']).to.match(warning);
      expect(published(processed, '_team')).not.to.have.property('error');
      expect(published(processed, '')['error-dict']).to.deep.equal({});
      expect(table(processed, 'recipients').join('\n')).not.to.contain('later.example');
      const hosted = processMailServer({ shared, parameters: both, ledger: delivered(processed.plan) });
      expect(published(hosted, '_team')).not.to.have.any.keys('warning', 'error');
      expect(table(hosted, 'recipients')).to.include(`${address} alice@example.com`);
    });
});
