/** The portal as its own process, used with a real browser, and its hashes by Dovecot. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { execa } from 'execa';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

import { eventually } from '../support/system/eventually.ts';
import {
  type Partition,
  partitionWith,
  token,
  waitingAccount,
} from '../unit/daemons/portal/portal-fixture.ts';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const alice = 'alice@example.com';
const password = 'correct horse';

describe('the portal in a browser', () => {
  let partition: Partition;
  let portal: ChildProcess;
  let front: Server;
  let address: string;
  let browser: BrowserContext;
  let page: Page;

  before(async () => {
    partition = await partitionWith([waitingAccount(alice), waitingAccount('bob@example.com')]);
    portal = spawn(process.execPath, ['--import', 'tsx', cli, 'portal', '--config', partition.configFile], {
      stdio: 'inherit',
    });
    await logged(/"msg":"started"/);
    // Stands for Apache: a browser knows no unix socket.
    front = createServer((browserSide) => {
      const portalSide = connect(partition.config.socket);
      browserSide.pipe(portalSide).pipe(browserSide);
      for (const side of [browserSide, portalSide])
        side.on('error', () => {
          browserSide.destroy();
          portalSide.destroy();
        });
    });
    await once(front.listen(0, '127.0.0.1'), 'listening');
    address = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    browser = await chromium.launchPersistentContext(join(partition.folder, 'browser'), {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      // The pages must work without any script.
      javaScriptEnabled: false,
    });
    page = await browser.newPage();
  });

  after(async () => {
    await browser?.close();
    front?.close();
    portal?.kill('SIGKILL');
    await partition?.remove();
  });

  async function logged(expected: RegExp): Promise<string> {
    const match = await eventually(`${expected} in the log`, async () => {
      if (portal.exitCode !== null) throw new Error('the portal ended too early');
      return expected.exec(await partition.log()) ?? undefined;
    });
    return match[1] ?? match[0];
  }

  const link = (user: string, code: string) =>
    `${address}//password.php?user=${encodeURIComponent(user)}&token=${encodeURIComponent(code)}`;

  async function choose(text: string): Promise<void> {
    const form = page.getByRole('form', { name: 'Set your password' });
    await form.getByLabel('New password', { exact: true }).fill(text);
    await form.getByLabel('New password again').fill(text);
    await form.getByRole('button', { name: 'Set password' }).click();
  }

  it('shows an alert for a wrong code, and the password field is empty', async () => {
    await page.goto(link(alice, 'a-wrong-code'));
    await choose(password);
    expect(await page.getByRole('alert').innerText()).to.contain('Your password was not changed.');
    expect(await page.title()).to.match(/^Error: /);
    expect(await page.locator('#set-password').inputValue()).to.equal('');
    expect(await page.locator('#set-user').inputValue()).to.equal(alice);
    expect((await partition.account(alice))?.password).to.equal(null);
  });

  it('tells about two passwords that differ before the code is spent', async () => {
    await page.goto(link(alice, token));
    await page.locator('#set-password').fill('one password');
    await page.locator('#set-repeated').fill('another password');
    await page.locator('#set-repeated').press('Enter');
    expect(await page.getByRole('alert').innerText()).to.contain('not the same');
    const { password: none, token: unspent } = (await partition.account(alice)) ?? {};
    expect(none).to.equal(null);
    expect(unspent).to.be.a('string');
  });

  it('sets the password from the set-up link, with a hash that Dovecot verifies', async () => {
    await page.goto(link('Alice@Example.com', token));
    await choose(password);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).to.equal(
      'Password updated successfully',
    );
    expect(await page.getByRole('cell', { name: '10993' }).isVisible()).to.equal(true);
    const hash = (await partition.account(alice))?.password ?? '';
    const { stdout } = await execa('doveadm', ['pw', '-t', hash, '-p', password]);
    expect(stdout).to.contain('(verified)');
  });

  it('refuses the link the second time', async () => {
    await page.goto(link(alice, token));
    await choose('another password');
    expect(await page.getByRole('alert').innerText()).to.contain('was used already');
  });

  it('changes the password with the current one', async () => {
    await page.goto(`${address}/`);
    await page.getByRole('link', { name: 'Set or change your password' }).click();
    const form = page.getByRole('form', { name: 'Change your password' });
    await form.getByLabel('Mail address').fill(alice);
    await form.getByLabel('Current password').fill(password);
    await form.getByLabel('New password', { exact: true }).fill('battery staple');
    await form.getByLabel('New password again').fill('battery staple');
    await form.getByRole('button').click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).to.equal(
      'Password updated successfully',
    );
  });

  it('names its language, title, heading and each field, and marks fields for password managers', async () => {
    for (const path of ['/', '/password.php', `/password.php?user=${alice}&token=x`, '/nowhere']) {
      await page.goto(address + path);
      expect(await page.locator('html').getAttribute('lang')).to.equal('en');
      expect(await page.title()).to.not.equal('');
      expect(await page.locator('h1').count(), path).to.equal(1);
      expect(await page.locator('main').count(), path).to.equal(1);
      const ids = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
      expect(new Set(ids).size, 'ids are unique').to.equal(ids.length);
      for (const input of await page.locator('input').all()) {
        const id = await input.getAttribute('id');
        expect(await page.locator(`label[for="${id}"]`).count(), `${path} ${id}`).to.equal(1);
        expect(await input.getAttribute('autocomplete'), `${path} ${id}`).to.not.equal(null);
        for (const hint of (await input.getAttribute('aria-describedby'))?.split(' ') ?? []) {
          expect(ids, `${path} ${id}`).to.include(hint);
        }
      }
    }
    await page.goto(address + '/password.php');
    for (const [kind, fields] of Object.entries({
      username: 2,
      off: 1,
      'new-password': 4,
      'current-password': 1,
    })) {
      expect(await page.locator(`input[autocomplete="${kind}"]`).count(), kind).to.equal(fields);
    }
  });

  it('puts the focus where to go on: into the password, or onto the alert', async () => {
    await page.goto(link('bob@example.com', token));
    expect(await page.locator('#set-password:focus').count()).to.equal(1);
    await choose(token);
    expect(await page.locator('[role=alert]:focus').count()).to.equal(1);
  });

  it('fits a phone without scrolling sideways, in light and dark', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of ['/', '/password.php', `/password.php?user=${'a'.repeat(60)}@example.com&token=x`]) {
        await page.goto(address + path);
        for (const element of ['document.documentElement', 'document.querySelector(".scroll")']) {
          const overflow = `${element} === null ? 0 : ${element}.scrollWidth - ${element}.clientWidth`;
          expect(await page.evaluate(overflow), `${path} ${element}`).to.equal(0);
        }
      }
    }
  });

  it('goes on after SIGHUP and ends cleanly on SIGTERM', async () => {
    portal.kill('SIGHUP');
    expect((await fetch(`${address}/health`)).status).to.equal(200);
    const ended = new Promise((resolve) => portal.once('exit', (code, signal) => resolve(signal ?? code)));
    portal.kill('SIGTERM');
    expect(await ended).to.equal(0);
    expect(await partition.log()).to.match(/"msg":"stopped"\}\n$/);
    expect(existsSync(`${partition.store.folder}.lock`)).to.equal(false);
  });
});
