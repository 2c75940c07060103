/** The page of the set-up link, in a browser, through the web server. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { type Browser, chromium } from 'playwright-core';

import { worksWithin } from '../../support/system/eventually.ts';
import { type Accounts, at } from './requested-accounts.ts';

export function setupLink(accounts: () => Accounts): void {
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
      const { logsIn, mail } = accounts();
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
      const { mail } = accounts();
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      const response = await page.goto(String((await mail.published('extra'))['setup-url']));
      expect(response?.headers()).to.include({ 'referrer-policy': 'no-referrer' });
      expect(response?.headers()['strict-transport-security']).to.match(/^max-age=\d{7,}/);
      const foreign = await page.locator('[src^=http], [href^=http]').count();
      expect(foreign).to.equal(0);
    });

    it('leaves no token in the logs', async () => {
      const { mail, token } = accounts();
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
}
