import bcrypt from 'bcryptjs';
import { expect } from 'chai';

import { emptyLedger } from '../../../../src/ledger/types.ts';
import type { MailServer } from '../../../../src/model/mail-server/model.ts';
import { promiseAddress } from '../../../../src/names/promise-address.ts';
import { processMailServer } from '../../../support/mail-server-run.ts';

const heldAddresses = (processing: Parameters<typeof processMailServer>[0]) =>
  processMailServer(processing)
    .model.accounts.map(({ address }) => address)
    .sort();

describe('the model of a mail server', () => {
  it('has the account of the delivery promise, with the password that the ledger keeps', () => {
    const { model } = processMailServer();
    const [account] = model.accounts;
    expect(account).to.include({ address: promiseAddress, holder: 'builtin:delivery-promise' });
    const hash = account?.password?.replace('{BLF-CRYPT}', '') ?? '';
    expect(bcrypt.compareSync(model.secrets['promise-password'], hash)).to.equal(true);
  });

  it('keeps the secrets of the ledger and makes the missing ones', () => {
    const ledger = { ...emptyLedger, secrets: { 'monitor-password': 'kept' } };
    const { secrets } = processMailServer({ ledger }).model;
    expect(secrets['monitor-password']).to.equal('kept');
    expect(secrets['webmail-admin-password']).to.match(/^[A-Za-z0-9_-]{32}$/);
  });

  it('has limits of sending and of log-in, and what single accounts differ by', () => {
    const { model } = processMailServer({
      parameters: {
        'sending-limits': { 'messages-per-day': 7 },
        'accounts-may-exceed-limits': true,
        'log-in-limits': { failures: 0 },
      },
      shared: {
        _a: { address: 'a@example.com', 'sending-limits': { 'messages-per-hour': 0 } },
        _b: { address: 'b@example.com', 'sending-limits': {} },
      },
    });
    expect(model).to.deep.include({
      sendingLimits: {
        messagesPerHour: 500,
        messagesPerDay: 7,
        recipientsPerHour: 1000,
        recipientsPerDay: 5000,
      },
      logInLimits: { failures: 0, minutes: 10 },
    });
    const limits = new Map(
      model.accounts.map(({ address, settings }) => [address, settings.sendingLimits] as const),
    );
    expect(limits.get('a@example.com')).to.deep.equal({ messagesPerHour: 0 });
    expect(limits.get('b@example.com')).to.equal(null);
    expect(limits.get(promiseAddress)).to.equal(null);
  });

  it('lets an account have less than all others, and more where the operator allows it only', () => {
    const shared = {
      _a: {
        address: 'a@example.com',
        'mailbox-size-limit': 2000,
        'sending-limits': { 'messages-per-hour': 0, 'messages-per-day': 9000, 'recipients-per-day': 9 },
      },
      _b: { address: 'b@example.com', 'mailbox-size-limit': 20 },
      // Invalid from the second processing on.
      _c: { address: 'c@example.com', 'mailbox-size-limit': 3000 },
    };
    const settingsIn = (model: MailServer) =>
      model.accounts
        .filter(({ holder }) => holder.startsWith('shared:'))
        .map(({ settings }) => [settings.mailboxSizeLimit, settings.sendingLimits]);
    const generous = processMailServer({ parameters: { 'accounts-may-exceed-limits': true }, shared });
    expect(settingsIn(generous.model)).to.deep.equal([
      [2000, { messagesPerHour: 0, messagesPerDay: 9000, recipientsPerDay: 9 }],
      [20, null],
      [3000, null],
    ]);
    const { ledger } = generous.plan;
    const strict = processMailServer({ shared: { ...shared, _c: { address: 7 } }, ledger });
    expect(settingsIn(strict.model)).to.deep.equal([
      [null, { recipientsPerDay: 9 }],
      [20, null],
      [null, null],
    ]);
    const unlimited = { 'sending-limits': { 'messages-per-hour': 0, 'messages-per-day': 0 } };
    expect(settingsIn(processMailServer({ parameters: unlimited, shared }).model)[0]).to.deep.equal([
      null,
      { messagesPerHour: 0, messagesPerDay: 9000, recipientsPerDay: 9 },
    ]);
  });

  it('keeps the limits of an account while its request is invalid', () => {
    const limited = { address: 'a@example.com', 'sending-limits': { 'messages-per-hour': 3 } };
    const { plan } = processMailServer({ shared: { _a: limited } });
    const { model } = processMailServer({
      shared: { _a: { ...limited, 'sending-limits': { 'messages-per-hour': 'many' } } },
      ledger: plan.ledger,
    });
    const account = model.accounts.find(({ address }) => address === 'a@example.com');
    expect(account?.settings.sendingLimits).to.deep.equal({ messagesPerHour: 3 });
  });

  it('has a test account in every domain only while it is switched on', () => {
    const parameters = { 'mail-domains': ['a.example', 'b.example'], 'test-account': true };
    expect(heldAddresses({ parameters })).to.deep.equal([
      promiseAddress,
      'testmail@a.example',
      'testmail@b.example',
    ]);
    const { plan } = processMailServer({ parameters });
    expect(heldAddresses({ ledger: plan.ledger })).to.deep.equal([promiseAddress]);
  });

  it('has no test account where a shared instance claims the address', () => {
    const { model, plan } = processMailServer({
      parameters: { 'test-account': true },
      shared: { _mine: { address: 'TestMail@example.com' } },
    });
    const [holder] = model.accounts.filter(({ address }) => address === 'testmail@example.com');
    expect(holder).to.include({ holder: 'shared:_mine', password: null });
    expect(plan.publications.map(({ target }) => target)).to.deep.equal(['', '_mine']);
  });

  it('lets an account keep its address when its domain is no longer hosted', () => {
    const shared = { _a: { address: 'alice@b.example' } };
    const before = processMailServer({ parameters: { 'mail-domains': ['a.example', 'b.example'] }, shared });
    const after = processMailServer({
      parameters: { 'mail-domains': ['a.example'] },
      shared,
      ledger: before.plan.ledger,
    });
    expect(after.model.accounts.map(({ address }) => address)).to.include('alice@b.example');
    expect(after.model.refused).to.deep.equal([]);
    expect(after.model.addresses.has('alice@b.example')).to.equal(false);
  });

  it('sends through the relay, a host of one own, or directly', () => {
    const outbound = (parameters: object) => processMailServer({ parameters }).model.outbound;
    const relayOn = { 'inbound-relay': {} };
    expect(outbound(relayOn)).to.deep.equal({ kind: 'relay' });
    expect(outbound({})).to.deep.equal({ kind: 'direct' });
    expect(outbound({ ...relayOn, 'outbound-relay': { enable: false } })).to.deep.equal({ kind: 'direct' });
    expect(outbound({ ...relayOn, 'outbound-relay': { host: 'h.example' } })).to.deep.equal({
      kind: 'smarthost',
      host: 'h.example',
      port: 25,
      implicitTls: false,
      login: null,
    });
    const own = { host: 'h.example', port: 587, user: 'u', password: 'p' };
    expect(outbound({ 'outbound-relay': own })).to.deep.equal({
      kind: 'smarthost',
      host: 'h.example',
      port: 587,
      implicitTls: false,
      login: { user: 'u', password: 'p' },
    });
    expect(outbound({ 'outbound-relay': { ...own, enable: false } })).to.deep.equal({ kind: 'direct' });
  });

  it('lets anybody deliver without a relay, and only relays with one', () => {
    expect(processMailServer().model.reception).to.equal('anybody');
    expect(processMailServer({ parameters: { 'inbound-relay': { enable: true } } }).model.reception).to.equal(
      'relays',
    );
  });

  it('counts a message in bytes and a mailbox in MiB', () => {
    const { model } = processMailServer({ parameters: { 'email-size-limit': 2, 'mailbox-size-limit': 3 } });
    expect(model).to.include({ messageSizeLimit: 2097152, mailboxSizeLimit: 3 });
  });
});
