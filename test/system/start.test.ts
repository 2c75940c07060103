import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { execa } from 'execa';
import { chromium } from 'playwright-core';

import { canLogIn, endpointsOf, fetchPage } from '../support/system/mail-server.ts';
import { nodeDirectory } from '../support/system/run-folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tls = String.raw`TLSv1\.3 AES_256_GCM +`;
const time = String.raw` +\+\d+ s$`;

describe('npm start, as a newcomer runs it', function () {
  this.timeout(1_200_000);
  let folder: string;
  const start = (...options: string[]) =>
    execa('npm', ['start', '--', '--directory', folder, ...options], { cwd: root, all: true });
  const stop = () => execa('npm', ['run', 'stop', '--', '--directory', folder], { cwd: root, all: true });
  let first: string;
  let coldSeconds: number;

  before(async () => {
    folder = nodeDirectory();
    const began = performance.now();
    first = (await start()).all;
    coldSeconds = (performance.now() - began) / 1000;
  });

  after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Lines of a path's hops. */
  const hopsOf = (report: string, path: number): string[] =>
    (report.split(/\n\n/).find((part) => part.startsWith(`Path ${path}: `)) ?? '')
      .split('\n')
      .filter((line) => /^ +\d\. /.test(line));

  it('shows the way of a message that stays on one server, its TLS and its login', () => {
    const [submission, delivery, ...more] = hopsOf(first, 1);
    expect(submission).to.match(
      new RegExp(
        `logged-in\\.invalid → mail1\\.example\\.com +ESMTPSA +${tls}login alice@mail1\\.example\\.com${time}`,
      ),
    );
    expect(delivery).to.match(
      new RegExp(`mail1\\.example\\.com → mailbox +LMTP +no TLS +same user, unix socket${time}`),
    );
    expect(more).to.deep.equal([]);
  });

  it('shows the way through the relay, where client certificates authenticate', () => {
    const hops = hopsOf(first, 2);
    expect(hops).to.have.lengthOf(4);
    expect(hops[1]).to.match(
      new RegExp(`mail1\\.example\\.com → mx1\\.relay\\.example +ESMTPS +${tls}its certificate${time}`),
    );
    expect(hops[2]).to.match(
      new RegExp(`mx1\\.relay\\.example → mail2\\.example\\.com +ESMTPS +${tls}its certificate${time}`),
    );
    expect(first).to.match(/^ +mail1 +[0-9A-F]{2}(:[0-9A-F]{2}){31}$/m);
  });

  it('shows the way to the world through a delivery service, where the relay logs in', () => {
    const hops = hopsOf(first, 3);
    expect(hops).to.have.lengthOf(3);
    expect(hops[2]).to.match(
      new RegExp(`mx1\\.relay\\.example → delivery\\.example +ESMTPSA +${tls}login relay-1${time}`),
    );
  });

  it('shows the way from the world, which has to come twice', () => {
    expect(first).to.match(/attempt 1, after \d+\.\d s: 450 .*Greylisted/);
    expect(first).to.match(/attempt 2, after ([3-9]|\d{2,})\.\d s: 250 /);
    const hops = hopsOf(first, 4);
    expect(hops).to.have.lengthOf(3);
    expect(hops[0]).to.match(
      new RegExp(`mx\\.foreign\\.example → mx1\\.relay\\.example +ESMTPS +${tls}none${time}`),
    );
    expect(hops[1]).to.match(/mx1\.relay\.example → mail1\.example\.com .*its certificate/);
  });

  it('fits in 110 columns', () => {
    const report = first.slice(first.indexOf('Path 1:'));
    const wide = report.split('\n').filter((line) => line.length > 110 && !line.includes('https://'));
    expect(wide).to.deep.equal([]);
  });

  it('shows progress, where things are, how to look and how to keep it running', () => {
    expect(first).to.match(/Build the software releases on the node/);
    expect(first).to.match(/IMAP, TLS +\[fd00:1::\w+\]:\d+/);
    expect(first).to.match(/web +https:\/\/\[fd00:1::\w+\]:\d+\//);
    expect(first).to.match(/alice@mail1\.example\.com, used\n +https:\/\/\S+token=\S+/);
    expect(first).to.include(`${folder}/bin/slapos node status`);
    expect(first).to.match(/npm start -- --keep-running/);
  });

  it('leaves no process behind', async () => {
    expect(await processesOf(folder)).to.deep.equal([]);
  });

  it('leaves no process behind when somebody ends it half way, and does so again and again', async () => {
    const options = ['start', '--', '--directory', folder, '--keep-running'];
    // A group of its own, all of which a terminal's Ctrl-C reaches.
    const run = execa('npm', options, { cwd: root, all: true, reject: false, detached: true });
    let timer: NodeJS.Timeout | undefined;
    run.all.on('data', (text: Buffer) => {
      if (timer !== undefined || !text.includes('Build the software releases')) return;
      timer = setInterval(() => process.kill(-run.pid!, 'SIGINT'), 500);
    });
    const { all, exitCode } = await run.finally(() => clearInterval(timer));
    expect(exitCode, all).to.not.equal(0);
    expect(all).to.contain('was told to end, and has stopped everything');
    expect(await processesOf(folder), all).to.deep.equal([]);
  });

  it('ends with a sentence when somebody ends it while the machine is prepared', async () => {
    const other = nodeDirectory();
    const run = execa(process.execPath, ['src/bin.mjs', 'node', 'start', '--directory', other], {
      cwd: root,
      all: true,
      reject: false,
    });
    run.all.once('data', () => run.kill('SIGINT'));
    const { all, exitCode } = await run;
    expect(exitCode, all).to.equal(4);
    expect(all).to.match(/The set-up: was told to end; what is set up stays, .*$/);
    expect(await processesOf(other), all).to.deep.equal([]);
    await rm(other, { recursive: true, force: true });
  });

  describe('a second time, kept running', () => {
    let second: string;
    let seconds: number;

    before(async () => {
      const began = performance.now();
      second = (await start('--keep-running')).all;
      seconds = (performance.now() - began) / 1000;
    });

    it('is quicker, and has the same accounts and passwords', () => {
      const password = /^ +alice@mail1\.example\.com +(\S+)$/m.exec(first)?.[1];
      expect(password).to.be.a('string');
      expect(second).to.match(new RegExp(`^ +alice@mail1\\.example\\.com +${password}$`, 'm'));
      for (const path of [1, 2, 3, 4]) expect(hopsOf(second, path)).to.have.lengthOf([2, 4, 3, 3][path - 1]!);
      expect(seconds).to.be.lessThan(coldSeconds);
    });

    it('answers at the addresses of this machine that it prints', async () => {
      const [, port] = /IMAP, TLS +127\.0\.0\.1:(\d+)/.exec(second) ?? [];
      const password = /^ +alice@mail1\.example\.com +(\S+)$/m.exec(second)?.[1] ?? '';
      const server = endpointsOf({ 'imap-smtp-ipv6': '127.0.0.1', 'imaps-port': port });
      expect(await canLogIn(server, 'alice@mail1.example.com', password)).to.equal(true);
      const master = /SlapOS master +(http\S+)/.exec(second)?.[1] ?? '';
      expect((await fetchPage(master)).status).to.equal(200);
    });

    it('has a set-up link that a browser of this machine can use', async () => {
      const link = /dave@mail2\.example\.com, not used yet\n +(\S+)/.exec(second)?.[1] ?? '';
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage({ ignoreHTTPSErrors: true });
        await page.goto(link);
        const form = page.getByLabel('Set your password');
        await form.getByLabel('New password', { exact: true }).fill('a good password of dave');
        await form.getByLabel('New password again').fill('a good password of dave');
        await form.getByRole('button', { name: 'Set password' }).click();
        await page.getByText('Password updated successfully').waitFor();
      } finally {
        await browser.close();
      }
    });

    it('gives way to another one that is started', async () => {
      expect(await processesOf(folder)).to.not.deep.equal([]);
      const { all: third } = await start('--keep-running');
      expect(third).to.include('stopped what was kept running');
      expect(hopsOf(third, 2)).to.have.lengthOf(4);
    });

    it('stops when it is told to, with all that is around it', async () => {
      const { all } = await stop();
      expect(all).to.include(`the node in ${folder} is stopped`);
      expect(await processesOf(folder)).to.deep.equal([]);
      expect(existsSync(join(folder, 'inst'))).to.equal(true);
    });
  });
});

/** Command lines of processes that work below `folder`, or were started for it. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      return { command: await read('cmdline'), environment: await read('environ') };
    }),
  );
  return texts
    .filter(({ command, environment }) => command.includes(`${folder}/`) || environment.includes(folder))
    .map(({ command }) => command.replaceAll('\0', ' '));
}
