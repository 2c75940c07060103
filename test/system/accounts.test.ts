/** Accounts from request to release, on a local node with real daemons (one after the other: each builds on the last). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { type Browser, chromium } from 'playwright-core';

import { eventually, worksWithin } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import {
  activate,
  canLogIn,
  endpointsOf,
  imapClient,
  type MailServer,
  messagesOf,
  setPassword,
} from '../support/system/mail-server.ts';
import { openSmtp, sendBy } from '../support/system/smtp.ts';

const domain = 'mail1.example.com';
const at = (local: string) => `${local}@${domain}`;
const oddReference = 'odd <&>"\' ../../[x]: é';

/** Accounts whose passwords change during processing. */
const busy = Array.from({ length: 8 }, (_, index) => `busy${index}`);

/** Reference → parameters; each must be refused for itself. */
const hostile: Record<string, object> = {
  'no-address': {},
  empty: { address: '' },
  number: { address: 7 },
  'no-at': { address: 'mallory' },
  'no-local-part': { address: at('') },
  'two-ats': { address: at('mallory@elsewhere.example') },
  'other-domain': { address: 'mallory@elsewhere.example' },
  'subdomain-of-ours': { address: `mallory@sub.${domain}` },
  'domain-with-dot-at-end': { address: `mallory@${domain}.` },
  promise: { address: 'delivery@promise.invalid' },
  newline: { address: `mallory@${domain}\nroot@${domain}` },
  'newline-inside': { address: at('mal\nlory') },
  colon: { address: at('mallory:{PLAIN}secret:') },
  blank: { address: at('mal lory') },
  null: { address: at('mal\u0000lory') },
  'path-upwards': { address: at('../../../etc/passwd') },
  'dots-only': { address: at('..') },
  percent: { address: at('mallory%elsewhere.example') },
  bang: { address: at('elsewhere.example!mallory') },
  quoted: { address: at('"mallory"') },
  pipe: { address: at('|id') },
  shell: { address: at('$(id)') },
  buildout: { address: at('${buildout:directory}') },
  template: { address: at('{{user}}') },
  dovecot: { address: at('%u') },
  option: { address: at('-f') },
  wildcard: { address: at('*') },
  'catch-all': { address: `@${domain}` },
  umlaut: { address: at('mällory') },
  'kelvin-sign': { address: at('\u212A') },
  'too-long': { address: at('m'.repeat(65)) },
  'short-token': { address: at('mallory'), 'reset-token': 'short' },
};

describe('accounts of a mail server', function () {
  this.timeout(120_000);
  let mail: MailNode;
  let server: MailServer;

  before(async () => {
    mail = await startMailNode();
    await mail.request('mail1');
    for (const name of ['alice', 'bob', 'browser']) {
      await mail.requestAccount('mail1', name, { address: at(name) });
    }
    await mail.requestAccount('mail1', 'second', { address: at('ALICE') });
    await mail.requestAccount('mail1', 'upper', { address: 'Upper.Case@MAIL1.Example.Com' });
    await mail.requestAccount('mail1', 'extra', { address: at('extra'), 'a-newer-parameter': ['x'] });
    await mail.requestAccount('mail1', oddReference, { address: at('odd') });
    for (const [name, parameters] of Object.entries(hostile)) {
      await mail.requestAccount('mail1', name, parameters);
    }
    for (const name of busy) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
  });

  after(() => mail?.stop());

  const token = async (name: string) => String((await mail.published(name))['token']);
  const logsIn = (local: string, password: string) => canLogIn(server, at(local), password);

  async function submits(user: string, pass: string): Promise<boolean> {
    try {
      (await openSmtp(server.smtp, { login: { user, pass } })).close();
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('535')) return false;
      throw error;
    }
  }

  it('publishes address, token, set-up link and addresses to send from, and nothing else', async () => {
    const published = await mail.published('alice');
    expect(published).to.have.all.keys('address', 'token', 'setup-url', 'addresses');
    expect(published['address']).to.equal(at('alice'));
    expect(published['addresses']).to.deep.equal([at('alice')]);
    expect(published['token']).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const link = new URL(String(published['setup-url']));
    expect(link.pathname).to.match(/\/password\.php$/);
    expect([link.searchParams.get('user'), link.searchParams.get('token')]).to.deep.equal([
      at('alice'),
      published['token'],
    ]);
  });

  it('lets nobody log in to a new account, not even with its token', async () => {
    const guesses = ['', 'alice', await token('alice')];
    expect(await Promise.all(guesses.map((guess) => logsIn('alice', guess)))).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(await submits(at('alice'), await token('alice'))).to.equal(false);
  });

  it('sets no password with a wrong token, nor with that of another account', async () => {
    for (const wrong of ['', 'wrong-token-of-some-length', await token('bob')]) {
      expect(await setPassword(server, at('alice'), wrong, 'secret-99'), wrong).to.equal(false);
    }
    expect(await logsIn('alice', 'secret-99')).to.equal(false);
  });

  it('takes the password, and IMAP and SMTP accept it within two seconds', async () => {
    expect(await setPassword(server, at('alice'), await token('alice'), 'alices-pw')).to.equal(true);
    await Promise.all([
      worksWithin('IMAP login', 2000, () => logsIn('alice', 'alices-pw')),
      worksWithin('SMTP login', 2000, () => submits(at('alice'), 'alices-pw')),
    ]);
  });

  it('refuses the token the second time, and the first password stays', async () => {
    expect(await setPassword(server, at('alice'), await token('alice'), 'another-pw')).to.equal(false);
    expect(await logsIn('alice', 'another-pw')).to.equal(false);
    expect(await logsIn('alice', 'alices-pw')).to.equal(true);
  });

  it('matches user names in any letter case', async () => {
    expect(await canLogIn(server, 'Alice@Mail1.EXAMPLE.com', 'alices-pw')).to.equal(true);
    expect(await submits('ALICE@MAIL1.EXAMPLE.COM', 'alices-pw')).to.equal(true);
    expect(await logsIn('alice', 'ALICES-PW'), 'passwords are not folded').to.equal(false);
  });

  it('accepts an address in upper case and publishes it in lower case', async () => {
    expect((await mail.published('upper'))['address']).to.equal('upper.case@mail1.example.com');
    await activate(mail, 'mail1', 'upper', 'uppers-pw');
  });

  it('ends what is open with the password before when that is changed, and nothing of others', async () => {
    const upper = 'upper.case@mail1.example.com';
    const stolen = imapClient(server.imaps, upper, 'uppers-pw');
    const other = imapClient(server.imaps, at('alice'), 'alices-pw');
    await Promise.all([stolen.connect(), other.connect()]);
    try {
      expect(await setPassword(server, upper, '', 'uppers-new-pw', 'uppers-pw')).to.equal(true);
      await eventually('the end of the session', async () => !stolen.usable);
      expect(await canLogIn(server, upper, 'uppers-pw'), 'a new session').to.equal(false);
      await worksWithin('login', 2000, () => canLogIn(server, upper, 'uppers-new-pw'));
      await other.noop();
    } finally {
      stolen.close();
      await other.logout();
    }
  });

  it('tolerates parameters of an account that it does not know', async () => {
    expect(await mail.published('extra'))
      .to.include({ address: at('extra') })
      .and.not.have.property('error');
  });

  it('takes references with blanks, brackets and quotes', async () => {
    await activate(mail, 'mail1', oddReference, 'odds-pass');
  });

  it('refuses a duplicate address, and tells its requester and the mail server', async () => {
    const refused = await mail.published('second');
    expect(refused).to.have.all.keys('address', 'error');
    expect(refused['error']).to.contain('address_already_used');
    const errors = (await mail.published('mail1'))['error-dict'] as Record<string, { error: string }>;
    expect(errors['_second']?.error).to.contain('address_already_used');
  });

  for (const [name, parameters] of Object.entries(hostile)) {
    it(`refuses the account "${name}" for itself: ${JSON.stringify(parameters)}`, async () => {
      const refused = await mail.published(name);
      expect(refused['error']).to.be.a('string').that.does.not.equal('');
      expect(refused).to.not.have.any.keys('token', 'setup-url');
    });
  }

  it('keeps passwords and the first holder when the list comes in another order', async () => {
    await mail.destroyAccount('alice');
    await mail.requestAccount('mail1', 'alice', { address: at('alice') });
    await mail.requestAccount('mail1', 'bob', { address: at('bob'), 'reset-token': 'first-reset-token' });
    await mail.request('mail1', {
      'mail-domains': [domain],
      'inbound-relay': { enable: false },
      'test-account': true,
    });
    await mail.settle();
    expect(await logsIn('alice', 'alices-pw')).to.equal(true);
    expect((await mail.published('second'))['error']).to.contain('address_already_used');
  });

  it('offers the test account while it is asked for, in any letter case', async () => {
    expect(await logsIn('testmail', 'password123')).to.equal(true);
    expect(await canLogIn(server, 'TestMail@Mail1.Example.Com', 'password123')).to.equal(true);
  });

  it('publishes the reset token as the token, which sets a password once', async () => {
    expect(await token('bob')).to.equal('first-reset-token');
    await activate(mail, 'mail1', 'bob', 'bobs-pass');
    expect(await setPassword(server, at('bob'), 'first-reset-token', 'other-pass')).to.equal(false);
  });

  it('hides the mail of a destroyed account from the one that claims its address', async () => {
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
    const folder = await mail.partition('mail1', 'srv/mail', domain, 'alice');
    const holder = (await readdir(folder)).find((name) => /alice/.test(name)) ?? 'none';
    const inbox = join(folder, holder, 'Maildir');
    const files = (await readdir(inbox, { recursive: true })).filter((path) => /^(cur|new)\/./.test(path));
    expect(files).to.have.lengthOf(1);
    expect(await readFile(join(inbox, files[0] ?? ''), 'utf8')).to.contain('for the first holder');
  });

  it('does nothing about a reset token that it has seen', async () => {
    expect(await logsIn('bob', 'bobs-pass')).to.equal(true);
    expect((await mail.published('bob'))['token']).to.equal('first-reset-token');
  });

  it('gives a test account away to a shared instance that claims its address', async () => {
    expect(await logsIn('testmail', 'password123')).to.equal(false);
    await activate(mail, 'mail1', 'tester', 'testers-pw');
  });

  it('frees the old address and claims the new one when the address changes', async () => {
    expect(await mail.published('upper')).to.include({ address: at('moved') });
    expect(await canLogIn(server, 'upper.case@mail1.example.com', 'uppers-new-pw')).to.equal(false);
    await activate(mail, 'mail1', 'upper', 'moveds-pw');
    const gone = await sendBy(server.smtp, {
      sender: 'friend@elsewhere.example',
      recipients: ['upper.case@mail1.example.com'],
    });
    expect(gone).to.match(/^RCPT 550 /);
  });

  it('gives password and mail back to the same reference when nobody claims the address', async () => {
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
    expect(await logsIn('bob', 'bobs-pass')).to.equal(true);
  });

  it('has its test account back when the claimant is gone', async () => {
    expect(await logsIn('testmail', 'testers-pw')).to.equal(false);
    expect(await logsIn('testmail', 'password123')).to.equal(true);
  });

  it('closes the test account and turns an account back for a new reset token', async () => {
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'bob', { address: at('bob'), 'reset-token': 'second-reset-token' });
    await mail.settle();
    expect(await logsIn('testmail', 'password123')).to.equal(false);
    expect(await logsIn('bob', 'bobs-pass')).to.equal(false);
    expect(await token('bob')).to.equal('second-reset-token');
    await activate(mail, 'mail1', 'bob', 'new-bobs-pass');
  });

  it('loses no password that is set or changed while the instance is processed', async () => {
    let processing = true;
    const passes = (async () => {
      for (let pass = 0; pass < 2; pass += 1) {
        const { exitCode, output } = await mail.reprocess();
        if (exitCode !== 0) throw new Error(output.slice(-2000));
      }
      processing = false;
    })();
    const lastPasswords = Promise.all(
      busy.map(async (name) => {
        let password = `${name}-first`;
        if (!(await setPassword(server, at(name), await token(name), password)))
          throw new Error(`${name}: refused`);
        for (let change = 1; processing; change += 1) {
          const next = `${name}-change-${change}`;
          const changed = await setPassword(server, at(name), '', next, password);
          if (!changed) throw new Error(`${name}: change ${change} was refused`);
          password = next;
        }
        return [name, password] as const;
      }),
    );
    await passes;
    for (const [name, password] of await lastPasswords) {
      expect(await logsIn(name, password), `${name} ${password}`).to.equal(true);
    }
    await mail.reprocess();
    for (const [name, password] of await lastPasswords) {
      expect(await logsIn(name, password), `${name} ${password}, processed again`).to.equal(true);
    }
  });

  describe('the set-up link in a browser, through the web server', () => {
    let browser: Browser;

    before(async () => {
      browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      });
    });
    after(() => browser?.close());

    it('asks for a password and then lets its owner log in', async () => {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await page.goto(String((await mail.published('browser'))['setup-url']));
      const form = page.getByRole('form', { name: 'Set your password' });
      expect(await page.locator('#set-user').inputValue()).to.equal(at('browser'));
      await form.getByLabel('New password', { exact: true }).fill('browsers-pw');
      await form.getByLabel('New password again').fill('browsers-pw');
      await form.getByRole('button', { name: 'Set password' }).click();
      expect(await page.getByRole('heading', { level: 1 }).innerText()).to.equal(
        'Password updated successfully',
      );
      await worksWithin('login', 2000, () => logsIn('browser', 'browsers-pw'));
    });

    it('sends the address of the link to nobody else', async () => {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      const response = await page.goto(String((await mail.published('extra'))['setup-url']));
      expect(response?.headers()).to.include({ 'referrer-policy': 'no-referrer' });
      expect(response?.headers()['strict-transport-security']).to.match(/^max-age=\d{7,}/);
      const foreign = await page.locator('[src^=http], [href^=http]').count();
      expect(foreign).to.equal(0);
    });

    it('leaves no token in the logs', async () => {
      const secret = await token('extra');
      const logs = await mail.partition('mail1', 'var/log');
      const names = await readdir(logs);
      expect(names).to.include.members(['apache-access.log', 'portal.log']);
      for (const name of names) {
        expect(await readFile(join(logs, name), 'utf8'), name).to.not.contain(secret);
      }
      // The page with the token in its address was asked for, by the test before.
      expect(await readFile(join(logs, 'apache-access.log'), 'utf8')).to.match(/"GET \/+password\.php" 200 /);
    });
  });
});
