import { expect } from 'chai';

import type { Answers } from '../../../../src/model/answers.ts';
import { delivered, processMailServer, publication, withPassword } from '../../../support/mail-server-run.ts';
import { placeWith } from '../../../support/place.ts';
import { checkAgainstSchema } from '../../../../src/validate/json-schema.ts';

const shared = { _alice: { address: 'alice@example.com' } };
const frontend: Answers = { 'Instance Frontend': { secure_access: 'https://front.example.com' } };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('what a mail server publishes for itself', () => {
  const { plan, model } = processMailServer({
    shared: { ...shared, _again: { address: 'alice@example.com' } },
  });
  const published = publication(plan, '') ?? {};

  it('are ports as strings, its address, and URLs of its own', () => {
    expect(published).to.deep.include({
      'imap-port': '10143',
      'imaps-port': '10993',
      'smtp-port': '10025',
      'sieve-port': '4190',
      'imap-smtp-ipv6': 'fd00::1',
      'webmail-url': 'https://[fd00::1]:8081/',
      'webmail-admin-url': 'https://[fd00::1]:8081/?admin',
      'password-url': 'https://[fd00::1]:8081/password.php',
      'monitor-base-url': 'https://[fd00::1]:8196',
    });
  });

  it('are the ports that are in use', () => {
    const ports = {
      ...placeWith().ports,
      smtp: { port: 10026, ipv4: false },
      https: { port: 8082, ipv4: false },
    };
    const other = publication(processMailServer({ place: placeWith({ ports }) }).plan, '');
    expect(other).to.include({ 'smtp-port': '10026', 'webmail-url': 'https://[fd00::1]:8082/' });
  });

  it('fits the schema that requesters read', () => {
    const answers = { 'Monitor Frontend': { secure_access: 'https://monitor.example.com/' } };
    const behind = publication(processMailServer({ shared, answers }).plan, '');
    expect(checkAgainstSchema('mail-server/default-output.json', behind).problems).to.deep.equal([]);
  });

  it('has the administration password and the monitor link', () => {
    expect(published['webmail-admin-password']).to.equal(model.secrets['webmail-admin-password']);
    expect(published['monitor-setup-url']).to.equal(
      'https://monitor.app.officejs.com/#page=ojsm_landing&url=https://[fd00::1]:8196/public/feeds' +
        `&username=admin&password=${model.secrets['monitor-password']}`,
    );
  });

  it('names each account with its state, and nothing secret', () => {
    expect(published['slaves']).to.deep.equal({
      _alice: { address: 'alice@example.com', state: 'waiting-for-password' },
    });
    expect(JSON.stringify(published['slaves'])).not.to.contain('token');
    const active = withPassword(
      delivered(plan),
      'alice@example.com',
      String(publication(plan, '_alice')?.['token']),
      '{X}1',
    );
    expect(publication(processMailServer({ shared, ledger: active }).plan, '')?.['slaves']).to.deep.equal({
      _alice: { address: 'alice@example.com', state: 'active' },
    });
  });

  it('names each refused request with the reason', () => {
    const errors = publication(
      processMailServer({ shared: { ...shared, '_bad one': { address: 'a:b@example.com' }, _none: {} } })
        .plan,
      '',
    )?.['error-dict'] as Record<string, { address?: string; error: string }>;
    expect(errors['_bad one']).to.have.property('address', 'a:b@example.com');
    expect(errors['_bad one']?.error).to.match(/^address_invalid: /);
    expect(errors['_none']).to.deep.equal({ error: 'parameters_invalid: /: lacks "address"; add it' });
    expect(published['error-dict']).to.deep.equal({
      _again: {
        address: 'alice@example.com',
        error: 'address_already_used: alice@example.com is held by another request; choose another address',
      },
    });
  });

  it('has the URLs of the frontends when those have answered', () => {
    const answers = { ...frontend, 'Monitor Frontend': { secure_access: 'https://monitor.example.com/' } };
    const behind = publication(processMailServer({ answers }).plan, '');
    expect(behind).to.include({
      'webmail-url': 'https://front.example.com/',
      'password-url': 'https://front.example.com/password.php',
      'monitor-base-url': 'https://monitor.example.com',
    });
  });

  it('has the name of the DNS only where DNS was asked for', () => {
    const answers = { 'dns-mail-entry': { domain: 'mail.station.example' } };
    const station = { softwareType: 'default-ors', parameters: { 'request-dns': { enable: true } } };
    expect(publication(processMailServer({ ...station, answers }).plan, '')).to.include({
      domain: 'mail.station.example',
    });
    expect(publication(processMailServer({ answers }).plan, '')).not.to.have.property('domain');
    expect(publication(processMailServer(station).plan, '')).not.to.have.property('domain');
  });
});

describe('what an account gets', () => {
  it('is its address, a token and the link to use it', () => {
    const { plan } = processMailServer({ shared: { _alice: { address: 'Alice@Example.com' } } });
    const { token, ...rest } = publication(plan, '_alice') ?? {};
    expect(token).to.match(uuid);
    expect(rest).to.deep.equal({
      address: 'alice@example.com',
      'setup-url': `https://[fd00::1]:8081/password.php?user=alice@example.com&token=${String(token)}`,
      addresses: ['alice@example.com'],
    });
    expect(checkAgainstSchema('mail-server/account-output.json', { token, ...rest }).problems).to.deep.equal(
      [],
    );
  });

  it('has its own reset token in it, escaped for a link', () => {
    const { plan } = processMailServer({
      shared: { _a: { address: 'a+b~c=d@example.com', 'reset-token': 'a&b=c d#é?/' } },
    });
    const published = publication(plan, '_a');
    expect(published).to.include({ token: 'a&b=c d#é?/' });
    const url = new URL(String(published?.['setup-url']));
    expect([...url.searchParams]).to.deep.equal([
      ['user', 'a+b~c=d@example.com'],
      ['token', 'a&b=c d#é?/'],
    ]);
    expect(url.hash).to.equal('');
  });

  it('is the error alone, with the address as it was written, when it was refused', () => {
    const { plan } = processMailServer({ shared: { ...shared, _b: { address: 'Alice@example.com' } } });
    const error =
      'address_already_used: alice@example.com is held by another request; choose another address';
    expect(publication(plan, '_b')).to.deep.equal({ address: 'alice@example.com', error });
    expect(plan.publications.find(({ target }) => target === '_b')).to.include({ error });
  });

  it('never holds the token of another', () => {
    const { plan } = processMailServer({ shared: { ...shared, _bob: { address: 'bob@example.com' } } });
    const [alice, bob] = ['_alice', '_bob'].map((target) => publication(plan, target));
    expect(JSON.stringify(bob)).not.to.contain(String(alice?.['token']));
    expect(JSON.stringify(publication(plan, ''))).not.to.contain(String(alice?.['token']));
  });
});

describe('a publication', () => {
  const first = processMailServer({ shared });
  const token = String(publication(first.plan, '_alice')?.['token']);
  const waiting = (processing: Parameters<typeof processMailServer>[0]) =>
    Object.keys(processMailServer({ seed: 9, ...processing }).plan.ledger.outbox);

  it('waits in the outbox until the master has it', () => {
    expect(Object.keys(first.plan.ledger.outbox)).to.deep.equal(['', '_alice']);
    expect(waiting({ shared, ledger: delivered(first.plan) })).to.deep.equal([]);
  });

  it('of a token that the master never got has the same token in the next run', () => {
    const { plan } = processMailServer({ shared, ledger: first.plan.ledger, seed: 9 });
    expect(publication(plan, '_alice')).to.include({ token });
    expect(plan.ledger.outbox['_alice']).to.deep.equal(first.plan.ledger.outbox['_alice']);
    expect(plan.ledger.accounts).to.deep.equal(first.plan.ledger.accounts);
  });

  it('is not sent again when its token was used', () => {
    const ledger = withPassword(delivered(first.plan), 'alice@example.com', token, '{X}1');
    expect(waiting({ shared, ledger })).to.deep.equal(['']);
  });

  it('is not sent again when the reset token was removed', () => {
    const reset = processMailServer({
      shared: { _alice: { ...shared._alice, 'reset-token': 'chosen-by-me' } },
    });
    expect(waiting({ shared, ledger: delivered(reset.plan) })).to.deep.equal([]);
  });

  it('is sent again with a new token when the web address changed before the token was used', () => {
    const ledger = delivered(first.plan);
    const { plan } = processMailServer({ shared, ledger, answers: frontend, seed: 9 });
    const published = publication(plan, '_alice');
    expect(published?.['setup-url']).to.match(/^https:\/\/front\.example\.com\/password\.php\?/);
    expect(published?.['token']).to.match(uuid).and.not.to.equal(token);
    expect(withPassword(plan.ledger, 'alice@example.com', token, '{X}1')).to.deep.equal(plan.ledger);
    const used = withPassword(plan.ledger, 'alice@example.com', String(published?.['token']), '{X}1');
    expect(used.accounts.map(({ password }) => password)).to.include('{X}1');
  });

  it('waits for the token to be used when only what the account may send as changed: another token would be needed', () => {
    const before = delivered(first.plan);
    const more = {
      _alice: { ...shared._alice, aliases: ['a.lice@example.com', 'taken@example.com'] },
      _taken: { address: 'taken@example.com' },
      _sales: { kind: 'alias', address: 'sales@example.com', destinations: ['alice@example.com'] },
    };
    const taken = processMailServer({ shared: { ...more, _alice: shared._alice }, ledger: before, seed: 9 });
    expect(taken.plan.ledger.outbox).to.have.all.keys('', '_taken', '_sales');
    const held = processMailServer({ shared: more, ledger: delivered(taken.plan), seed: 8 });
    expect(held.plan.ledger.outbox).to.deep.equal({});
    const tokenOf = ({ accounts }: typeof before) =>
      accounts.find(({ address }) => address === 'alice@example.com')?.token;
    expect(tokenOf(held.plan.ledger)).to.equal(tokenOf(before)).and.not.equal(undefined);

    const used = withPassword(delivered(held.plan), 'alice@example.com', token, '{X}1');
    const { plan } = processMailServer({ shared: more, ledger: used, seed: 7 });
    expect(plan.ledger.outbox['_alice']?.parameters).to.deep.include({
      token: '',
      addresses: ['alice@example.com', 'a.lice@example.com', 'sales@example.com'],
    });
    expect(plan.ledger.outbox['_alice']?.parameters['refused-aliases']).to.have.all.keys('taken@example.com');
    expect(waiting({ shared: more, ledger: delivered(plan) })).to.deep.equal([]);
  });

  it('says at once what the account may send as when the token that waits is known in clear', () => {
    const resetting = { _alice: { ...shared._alice, 'reset-token': 'chosen-by-me' } };
    const reset = processMailServer({ shared: resetting });
    const sales = { kind: 'alias', address: 'sales@example.com', destinations: ['alice@example.com'] };
    const { plan } = processMailServer({
      shared: { ...resetting, _sales: sales },
      ledger: delivered(reset.plan),
    });
    expect(plan.ledger.outbox['_alice']?.parameters).to.deep.include({
      token: 'chosen-by-me',
      addresses: ['alice@example.com', 'sales@example.com'],
    });
  });

  it('is sent again without a token when the web address changed after the token was used', () => {
    const ledger = withPassword(delivered(first.plan), 'alice@example.com', token, '{X}1');
    const { plan } = processMailServer({ shared, ledger, answers: frontend });
    expect(plan.ledger.outbox).to.have.property('_alice');
    expect(publication(plan, '_alice')).to.deep.equal({
      address: 'alice@example.com',
      token: '',
      'setup-url': 'https://front.example.com/password.php?user=alice@example.com',
      addresses: ['alice@example.com'],
    });
    expect(plan.ledger.accounts).to.deep.equal(ledger.accounts);
  });

  it('is sent with the new reset token', () => {
    const resetting = { _alice: { ...shared._alice, 'reset-token': 'chosen-by-me' } };
    const { plan } = processMailServer({ shared: resetting, ledger: delivered(first.plan) });
    expect(plan.ledger.outbox['_alice']?.parameters).to.include({ token: 'chosen-by-me' });
  });

  it('to one that comes back says what it has: no token when its password is still there', () => {
    const active = withPassword(delivered(first.plan), 'alice@example.com', token, '{X}1');
    const gone = processMailServer({ ledger: active });
    expect(gone.plan.ledger.published).not.to.have.property('_alice');
    const { plan } = processMailServer({ shared, ledger: delivered(gone.plan) });
    expect(publication(plan, '_alice')).to.include({ token: '' });
    expect(plan.ledger.outbox).to.have.property('_alice');
  });

  it('to one that comes back without a password has a token that works', () => {
    const gone = processMailServer({ ledger: delivered(first.plan) });
    const { plan } = processMailServer({ shared, ledger: delivered(gone.plan), seed: 9 });
    const renewed = String(publication(plan, '_alice')?.['token']);
    const used = withPassword(plan.ledger, 'alice@example.com', renewed, '{X}1');
    expect(used.accounts.map(({ password }) => password)).to.include('{X}1');
  });

  it('of an error is sent once, and its success after it', () => {
    const both = { ...shared, _b: { address: 'alice@example.com' } };
    const refused = processMailServer({ shared: both });
    expect(refused.plan.ledger.outbox['_b']).to.have.property('error');
    expect(waiting({ shared: both, ledger: delivered(refused.plan) })).to.deep.equal([]);
    const accepted = processMailServer({
      shared: { _b: { address: 'alice@example.com' } },
      ledger: delivered(refused.plan),
    });
    expect(accepted.plan.ledger.outbox['_b']).not.to.have.property('error');
  });

  it('goes to references that are named as properties of every object like to any other', () => {
    const names = ['__proto__', 'constructor', 'toString', ''.padEnd(3, '_')];
    const requests = names.map((reference, index) => ({
      reference,
      parameters: { address: `user${index}@example.com` },
    }));
    let ledger = processMailServer({ shared: requests }).plan.ledger;
    expect(Object.keys(ledger.outbox).sort()).to.deep.equal(['', ...names].sort());
    const tokens = new Map(
      Object.entries(ledger.outbox).map(([target, { parameters }]) => [target, parameters['token']]),
    );
    ledger = delivered({ folders: [], files: [], publications: [], ledger });
    names.forEach((reference, index) => {
      ledger = withPassword(ledger, `user${index}@example.com`, String(tokens.get(reference)), '{X}1');
    });
    expect(Object.keys(processMailServer({ shared: requests, ledger }).plan.ledger.outbox)).to.deep.equal([
      '',
    ]);
  });
});
