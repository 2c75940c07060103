import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm start, as a newcomer runs it', function () {
  this.timeout(300_000);
  const folder = join(process.getuid?.() === 0 ? '/srv' : homedir(), `smt-${randomBytes(3).toString('hex')}`);
  const start = (...options: string[]) =>
    execa('npm', ['start', '--', '--directory', folder, ...options], { cwd: root, all: true });
  let first: string;

  before(async () => {
    first = (await start()).all;
  });

  after(async () => {
    await execa('npm', ['run', 'stop', '--', '--directory', folder], { cwd: root });
    await rm(folder, { recursive: true, force: true });
  });

  it('shows the way of a message from alice to bob, with its hops', () => {
    expect(first).to.match(/Path 1: alice@mail1\.example\.com → bob@mail1\.example\.com, local/);
    expect(first).to.match(/1\. mail1 \(ESMTPSA, TLSv1\.[23], logged in, \d\d:\d\d:\d\d\)/);
    expect(first).to.match(/2\. mail1 \(LMTP, inside the server, \d\d:\d\d:\d\d\)/);
  });

  it('shows progress, where things are, how to look and how to keep it running', () => {
    expect(first).to.match(/Build the software release on the node/);
    expect(first).to.match(/IMAP +::1 port \d+ \(STARTTLS\), \d+ \(TLS\)/);
    expect(first).to.match(/web +https:\/\/\[::1\]:\d+\//);
    expect(first).to.match(/set-up link of alice@mail1\.example\.com, used +https:\/\/\S+token=\S+/);
    expect(first).to.include(`${folder}/bin/slapos node status`);
    expect(first).to.match(/npm start -- --keep-running/);
  });

  it('leaves no process behind', async () => {
    expect(await processesOf(folder)).to.deep.equal([]);
  });

  it('keeps accounts and passwords for the second run, and leaves it running when asked to', async () => {
    const password = /^ +alice@mail1\.example\.com +(\S+)$/m.exec(first)?.[1];
    const { all: second } = await start('--keep-running');
    expect(password).to.be.a('string');
    expect(second).to.include(`alice@mail1.example.com  ${password}`);
    expect(second).to.match(/The node goes on running\. Stop it with: npm run stop/);
    expect(await processesOf(folder)).to.not.deep.equal([]);
  });

  it('stops what was left running', async () => {
    const { all } = await execa('npm', ['run', 'stop', '--', '--directory', folder], {
      cwd: root,
      all: true,
    });
    expect(all).to.include(`the node in ${folder} is stopped`);
    expect(await processesOf(folder)).to.deep.equal([]);
    expect(existsSync(join(folder, 'inst'))).to.equal(true);
  });
});

/** Command lines of processes that work below `folder`. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands
    .filter((command) => command.includes(`${folder}/`))
    .map((text) => text.replaceAll('\0', ' '));
}
