/** Accounts that go, come back, change and are reset; one test after the other: each builds on the last. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../support/system/eventually.ts';
import { activate, canLogIn, messagesOf, setPassword } from '../support/system/mail-server.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type Accounts, at, domain, startAccounts } from './accounts/requested-accounts.ts';

/** A domain that is hosted after somebody has asked for an account of it. */
const added = 'added.example.com';
const parameters = { 'mail-domains': [domain, added], 'inbound-relay': { enable: false } };

describe('accounts that change', () => {
  let accounts: Accounts;

  before(async () => {
    accounts = await startAccounts({
      alice: { address: at('alice') },
      bob: { address: at('bob') },
      second: { address: at('ALICE') },
      upper: { address: 'Upper.Case@MAIL1.Example.Com' },
      later: { address: `later@${added}` },
    });
    await activate(accounts.mail, 'mail1', 'alice', 'alices-pw');
    await activate(accounts.mail, 'mail1', 'upper', 'uppers-pw');
  });

  after(() => accounts?.mail.stop());

  it('log in while their domain is not hosted, and say so', async () => {
    const { mail, server } = accounts;
    expect((await mail.published('later'))['warning']).to.match(/^domain_not_hosted: added\.example\.com /);
    await activate(mail, 'mail1', 'later', 'laters-pw');
    const message = { sender: 'friend@elsewhere.example', recipients: [`later@${added}`] };
    expect(await sendBy(server.smtp, message)).to.match(/^RCPT 554 /);
  });

  it('keeps passwords and the first holder when the list comes in another order', async () => {
    const { logsIn, mail } = accounts;
    await mail.destroyAccount('alice');
    await mail.requestAccount('mail1', 'alice', { address: at('alice') });
    await mail.requestAccount('mail1', 'bob', { address: at('bob'), 'reset-token': 'first-reset-token' });
    await mail.request('mail1', { ...parameters, 'test-account': true });
    await mail.settle();
    expect(await logsIn('alice', 'alices-pw')).to.equal(true);
    expect((await mail.published('second'))['error']).to.contain('address_already_used');
  });

  it('get mail when their domain is hosted, with the password that they have', async () => {
    const { mail, server } = accounts;
    const address = `later@${added}`;
    expect(await mail.published('later'))
      .to.include({ token: '' })
      .and.not.have.property('warning');
    await sendBy(server.smtp, { sender: 'friend@elsewhere.example', recipients: [address] });
    await eventually('a message in the mailbox of the added domain', async () =>
      (await messagesOf(server, address, 'laters-pw')).length === 1 ? true : undefined,
    );
  });

  it('offers the test account while it is asked for, in any letter case', async () => {
    const { logsIn, server } = accounts;
    expect(await logsIn('testmail', 'password123')).to.equal(true);
    expect(await canLogIn(server, 'TestMail@Mail1.Example.Com', 'password123')).to.equal(true);
  });

  it('publishes the reset token as the token, which sets a password once', async () => {
    const { mail, server, token } = accounts;
    expect(await token('bob')).to.equal('first-reset-token');
    await activate(mail, 'mail1', 'bob', 'bobs-pass');
    expect(await setPassword(server, at('bob'), 'first-reset-token', 'other-pass')).to.equal(false);
  });

  it('hides the mail of a destroyed account from the one that claims its address', async () => {
    const { logsIn, mail, server } = accounts;
    await sendBy(server.smtp, {
      sender: 'friend@elsewhere.example',
      recipients: [at('alice')],
      message: 'Subject: for the first holder\r\n\r\nsecret\r\n',
    });
    await eventually(
      'delivery',
      async () => (await messagesOf(server, at('alice'), 'alices-pw')).length === 1,
    );

    await mail.destroyAccount('alice');
    await mail.destroyAccount('second');
    await mail.requestAccount('mail1', 'heir', { address: at('alice') });
    await mail.requestAccount('mail1', 'tester', { address: at('testmail') });
    await mail.requestAccount('mail1', 'upper', { address: at('moved') });
    await mail.settle();

    expect(await logsIn('alice', 'alices-pw'), 'password of the first holder').to.equal(false);
    await activate(mail, 'mail1', 'heir', 'heirs-pw9');
    expect(await messagesOf(server, at('alice'), 'heirs-pw9')).to.deep.equal([]);
  });

  it('keeps that mail on disk under the name of the first holder', async () => {
    const { mail } = accounts;
    const folder = await mail.partition('mail1', 'srv/mail', domain, 'alice');
    const holder = (await readdir(folder)).find((name) => /alice/.test(name)) ?? 'none';
    const inbox = join(folder, holder, 'Maildir');
    const files = (await readdir(inbox, { recursive: true })).filter((path) => /^(cur|new)\/./.test(path));
    expect(files).to.have.lengthOf(1);
    expect(await readFile(join(inbox, files[0] ?? ''), 'utf8')).to.contain('for the first holder');
  });

  it('does nothing about a reset token that it has seen', async () => {
    const { logsIn, mail } = accounts;
    expect(await logsIn('bob', 'bobs-pass')).to.equal(true);
    expect((await mail.published('bob'))['token']).to.equal('first-reset-token');
  });

  it('gives a test account away to a shared instance that claims its address', async () => {
    const { logsIn, mail } = accounts;
    expect(await logsIn('testmail', 'password123')).to.equal(false);
    await activate(mail, 'mail1', 'tester', 'testers-pw');
  });

  it('frees the old address and claims the new one when the address changes', async () => {
    const { mail, server } = accounts;
    expect(await mail.published('upper')).to.include({ address: at('moved') });
    expect(await canLogIn(server, 'upper.case@mail1.example.com', 'uppers-pw')).to.equal(false);
    await activate(mail, 'mail1', 'upper', 'moveds-pw');
    const gone = await sendBy(server.smtp, {
      sender: 'friend@elsewhere.example',
      recipients: ['upper.case@mail1.example.com'],
    });
    expect(gone).to.match(/^RCPT 550 /);
  });

  it('gives password and mail back to the same reference when nobody claims the address', async () => {
    const { logsIn, mail, server } = accounts;
    await mail.destroyAccount('heir');
    await mail.requestAccount('mail1', 'alice', { address: at('alice') });
    await mail.requestAccount('mail1', 'bob', { address: at('bob') });
    await mail.destroyAccount('tester');
    await mail.settle();
    expect(await logsIn('alice', 'heirs-pw9'), 'password of the heir').to.equal(false);
    const [message, ...others] = await messagesOf(server, at('alice'), 'alices-pw');
    expect(message).to.contain('for the first holder');
    expect(others).to.deep.equal([]);
  });

  it('does nothing when the reset token is taken out of the parameters', async () => {
    const { logsIn } = accounts;
    expect(await logsIn('bob', 'bobs-pass')).to.equal(true);
  });

  it('has its test account back when the claimant is gone', async () => {
    const { logsIn } = accounts;
    expect(await logsIn('testmail', 'testers-pw')).to.equal(false);
    expect(await logsIn('testmail', 'password123')).to.equal(true);
  });

  it('closes the test account and turns an account back for a new reset token', async () => {
    const { logsIn, mail, token } = accounts;
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'bob', { address: at('bob'), 'reset-token': 'second-reset-token' });
    await mail.settle();
    expect(await logsIn('testmail', 'password123')).to.equal(false);
    expect(await logsIn('bob', 'bobs-pass')).to.equal(false);
    expect(await token('bob')).to.equal('second-reset-token');
    await activate(mail, 'mail1', 'bob', 'new-bobs-pass');
  });

  it('lose nothing when their domain is not hosted any more, and say so', async () => {
    const { mail, server } = accounts;
    expect((await mail.published('later'))['warning']).to.match(/^domain_not_hosted: added\.example\.com /);
    expect(await messagesOf(server, `later@${added}`, 'laters-pw')).to.have.length(1);
  });
});
