/** The command line of a release as a person types it: a process of its own, its output and its exit code. */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { execa } from 'execa';

import { temporaryFolder } from '../support/temporary-folder.ts';
import { unpackRelease } from '../support/unpacked-release.ts';

const parameters = `
parameters:
  mail-domains: [example.com]
  inbound-relay: { enable: false }
shared:
  - { reference: _alice, address: alice@example.com }
`;

describe('slapos-mail', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let made: string;
  let program: string;

  before(async () => {
    made = await mkdtemp(join(tmpdir(), 'cli-'));
    program = join(await unpackRelease(made), 'slapos-mail.mjs');
  });

  after(() => rm(made, { recursive: true }));

  /** Runs it in the test's folder with these files in it. */
  async function run(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder(), name), text);
    const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
      cwd: folder(),
      reject: false,
      env: { NO_COLOR: '1' },
    });
    return { exitCode, stdout, stderr, reason: stderr.trimEnd().split('\n').at(-1) ?? '' };
  }

  async function tree(name: string): Promise<Record<string, string>> {
    const root = join(folder(), name);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(
        paths.sort().map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')]),
      ),
    ) as Record<string, string>;
  }

  it('renders the folder of an instance, and nothing again for the same parameters', async () => {
    const first = await run(['render', 'mail-server', 'mail1.yaml', '-o', 'one'], {
      'mail1.yaml': parameters,
    });
    expect(first).to.include({ exitCode: 0, stderr: '' });
    expect(first.stdout)
      .to.match(/^new {5}etc\/postfix\/main\.cf$/m)
      .and.match(/^(\d+) of \1 files written in one$/m);
    const again = await run(['render', 'mail-server', 'mail1.yaml', '-o', 'one']);
    expect(again.stdout).to.match(/^0 of \d+ files written in one$/);
    const rendered = await tree('one');
    expect(rendered['etc/postfix/main.cf']).to.contain('myhostname = example.com\n');
    expect(JSON.parse(rendered['publications.json'] ?? '')).to.have.nested.property(
      '_alice.address',
      'alice@example.com',
    );
  });

  it('shows with --diff what would change, and changes nothing', async () => {
    await run(['render', 'mail-server', 'mail1.yaml', '-o', 'out'], { 'mail1.yaml': parameters });
    const before = await tree('out');
    const { stdout, exitCode } = await run(['render', 'mail-server', 'mail1.yaml', '-o', 'out', '--diff'], {
      'mail1.yaml': parameters.replace('_alice, address: alice', '_bob, address: bob'),
    });
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('-alice@example.com alice@example.com\n+bob@example.com bob@example.com');
    expect(stdout).to.match(/files would change in out$/);
    expect(await tree('out')).to.deep.equal(before);
  });

  it('renders into no folder with files of somebody else: exit code 4', async () => {
    const { exitCode, reason } = await run(['render', 'mail-server', 'mail1.yaml', '-o', '.'], {
      'mail1.yaml': parameters,
    });
    expect(exitCode).to.equal(4);
    expect(reason).to.equal('. holds files that render did not write; give an empty folder');
    expect(await readdir(folder())).to.deep.equal(['mail1.yaml']);
  });

  it('validates a file and the shared requests beside it: exit code 0', async () => {
    const { exitCode, stdout } = await run(['validate', 'mail1.json'], {
      'mail1.json': '{"mail-domains": ["example.com"]}',
      'mail1.shared.yaml': '_a: { address: a@example.com }\n_b: { address: b@example.com }\n',
    });
    expect({ exitCode, stdout }).to.deep.equal({
      exitCode: 0,
      stdout: 'mail1.json: valid, an instance and 2 shared requests',
    });
  });

  it('says all problems of the parameters at once: exit code 3', async () => {
    const { exitCode, stderr } = await run(['validate', 'bad.yaml'], {
      'bad.yaml': 'mail-domains: [Example]\nemail-size-limit: 0\nunknown: 1\n',
    });
    expect(exitCode).to.equal(3);
    expect(stderr.split('\n')).to.have.members([
      'bad.yaml:1: /mail-domains/0: "Example" is not a mail domain; write a name such as example.com',
      'bad.yaml:2: /email-size-limit: 0 is too small; the least is 1',
      stderr.split('\n').find((line) => line.startsWith('bad.yaml:3: /unknown: unknown; known are ')),
    ]);
  });

  it('names each shared request that would be refused: exit code 3', async () => {
    const { exitCode, stderr } = await run(['validate', 'bad.yaml'], {
      'bad.yaml': `${parameters}  - { reference: '_bad one', address: 'a:b@example.com' }\n`,
    });
    expect(exitCode).to.equal(3);
    expect(stderr).to.match(/^bad\.yaml:7: _bad one: address_invalid: \/address: [^\n]*$/);
  });

  it('knows by --type what only an Open Radio Station may write', async () => {
    const file = { 'ors.yaml': 'mail-domains: [example.com]\ndemo-disable-auth: true\n' };
    expect((await run(['validate', 'ors.yaml', '--type', 'default-ors'], file)).exitCode).to.equal(0);
  });

  it('says why a file cannot be read: exit code 3', async () => {
    expect(await run(['validate', 'none.yaml']))
      .to.include({ exitCode: 3 })
      .and.to.have.property('reason')
      .that.matches(/^none\.yaml: there is no such file; /);
  });

  it('says what it can do when it is called wrongly: exit code 2', async () => {
    expect((await run(['render', 'mail-sever', 'x.yaml', '-o', 'out'])).exitCode).to.equal(2);
    const none = await run(['nonsense']);
    expect(none.exitCode).to.equal(2);
    expect(none.stderr).to.contain('Usage: slapos-mail');
    expect(none.reason).to.match(/unknown command 'nonsense'/);
    const option = await run(['validate', '--frob']);
    expect(option).to.include({ exitCode: 2, reason: "error: unknown option '--frob'" });
  });

  it('refuses a software type that the release does not have: exit code 2', async () => {
    const files = { 'mail1.yaml': parameters };
    const { exitCode, reason } = await run(
      ['render', 'mail-server', 'mail1.yaml', '--type', 'cluster', '-o', 'out'],
      files,
    );
    expect(exitCode).to.equal(2);
    expect(reason).to.match(/^mail-server has no software type "cluster"; known: default, /);
  });

  it('says which folder cannot be written to: exit code 4', async () => {
    const files = { 'mail1.yaml': parameters, file: '' };
    const { exitCode, reason } = await run(['render', 'mail-server', 'mail1.yaml', '-o', 'file'], files);
    expect(exitCode).to.equal(4);
    expect(reason).to.match(/^file: ENOTDIR.*; give another folder/);
  });

  it('says that it cannot read what it wrote of an earlier folder: exit code 4', async () => {
    await mkdir(join(folder(), 'one'));
    const files = { 'mail1.yaml': parameters, 'one/.slapos-mail-render.json': '{' };
    const { exitCode, reason } = await run(['render', 'mail-server', 'mail1.yaml', '-o', 'one'], files);
    expect(exitCode).to.equal(4);
    expect(reason).to.match(/^one\/\.slapos-mail-render\.json: .*give another folder/);
  });

  it('says that there is no partition whose certificate could be rotated: exit code 4', async () => {
    const { exitCode, reason } = await run(['rotate-certificate', '--partition', 'none']);
    expect(exitCode).to.equal(4);
    expect(reason).to.match(/^none\/etc\/connection\.json: ENOENT/);
  });

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'])).to.include({ exitCode: 0, stdout: version });
  });

  it('describes every option and argument of every command', async () => {
    const names = [...(await run(['--help'])).stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(
      ([, name = '']) => name,
    );
    expect(names).to.include.members(['validate', 'converge', 'ledger']);
    for (const name of names) {
      const { stdout } = await run(['help', name]);
      // A description stands behind its name, or in the next line where that is long.
      expect(stdout.match(/^ {2}(-|[a-z<[.\]>-]+ *$)\S*( <\S+>)?$(?!\n {10,}\S)/gm), name).to.equal(null);
    }
  });

  it('says in a checkout what to run while its packages are not installed: exit code 4', async () => {
    await mkdir(join(folder(), 'src'));
    await copyFile('src/bin.mjs', join(folder(), 'src/bin.mjs'));
    const { exitCode, stderr } = await execa(process.execPath, ['src/bin.mjs', 'validate', 'x'], {
      cwd: folder(),
      reject: false,
    });
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 4,
      stderr:
        'The packages of this checkout are not installed; run npm ci, or npm start, which does it as well',
    });
  });

  it('ends quietly when nobody reads its output any more', async () => {
    await writeFile(join(folder(), 'mail1.yaml'), parameters);
    for (const args of ['--help', 'render mail-server mail1.yaml -o out --diff']) {
      const { stdout, stderr } = await execa({ cwd: folder(), shell: '/bin/bash', reject: false })`
        ${`{ "${process.execPath}" "${program}" ${args}; echo "exit code $?" >&2; } | true`}
      `;
      expect({ stdout, stderr }, args).to.deep.equal({ stdout: '', stderr: 'exit code 0' });
    }
  });
});
