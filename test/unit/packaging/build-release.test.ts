import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { list } from 'tar';

import { OperatorError } from '../../../src/errors.ts';
import { type Release, buildRelease } from '../../../src/packaging/build-release.ts';
import { readTemplates } from '../../../src/render/templates.ts';
import { publishFolder } from '../../../src/packaging/publish-folder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('release', function () {
  this.timeout(20_000);
  let directory: string;
  let entryPoint: string;
  let output: string;
  let release: Release;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'release-'));
    // The placeholder finds the packages of this checkout.
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    entryPoint = join(directory, 'placeholder.ts');
    await writeFile(
      entryPoint,
      `import { fastify } from 'fastify';
       const checkout = () => import(${JSON.stringify(join(root, 'src/packaging/build-release.ts'))});
       const word: string = process.argv[2] ?? '';
       console.log(word, typeof fastify, import.meta.url.endsWith('/slapos-mail.mjs'));
       if (word === 'release') await checkout();
       if (word === 'lazy') console.log('croner', typeof (await import('croner')).Cron);`,
    );
    output = join(directory, 'output');
    release = await buildRelease({ outputDirectory: output, entryPoint });
  });

  after(() => rm(directory, { recursive: true }));

  it('holds the profiles, the stack, the schemas and the tarball with its checksum', async () => {
    expect(await readdir(output)).to.have.members([
      '.slapos-mail-release',
      'mail-server',
      'mail-server-relay',
      'stack',
      `slapos-mail-${release.version}.tar.gz`,
      `slapos-mail-${release.version}.tar.gz.sha256`,
    ]);
    expect(release.profiles).to.deep.equal([
      join(output, 'mail-server/software.cfg'),
      join(output, 'mail-server-relay/software.cfg'),
    ]);
    expect(
      createHash('sha256')
        .update(await readFile(release.tarball))
        .digest('hex'),
    ).to.equal(release.sha256);
    expect(await readFile(`${release.tarball}.sha256`, 'utf8')).to.equal(
      `${release.sha256}  slapos-mail-${release.version}.tar.gz\n`,
    );
    expect(await readFile(join(output, 'stack/tarball.cfg'), 'utf8')).to.contain(
      `url = ../slapos-mail-${release.version}.tar.gz\nsha256 = ${release.sha256}\n`,
    );
    const { mode } = await stat(join(output, 'mail-server/software.cfg'));
    expect(mode & 0o777).to.equal(0o644);
  });

  it('is the same, byte for byte, when it is built again elsewhere', async () => {
    const again = await buildRelease({ outputDirectory: join(directory, 'again'), entryPoint });
    expect(again.sha256).to.equal(release.sha256);
  });

  it('has a tarball in order, that tells neither owner nor time of the build', async () => {
    const paths: string[] = [];
    await list({
      file: release.tarball,
      onReadEntry: ({ path, mode, mtime, uid, gid }) => {
        paths.push(path);
        expect({ mode, mtime: mtime?.toISOString() }).to.deep.equal({
          mode: 0o644,
          mtime: '2020-01-01T00:00:00.000Z',
        });
        expect([uid, gid]).to.satisfy((ids: unknown[]) => ids.every((id) => id === undefined || id === 0));
      },
    });
    expect(paths).to.deep.equal([...paths].sort());
    const inside = (name: string) => `slapos-mail-${release.version}/${name}`;
    expect(paths).to.include.members(
      [
        'NOTICE',
        'slapos-mail.mjs',
        'promise/slapos_mail_promise/mail_delivery.py',
        'promise/slapos_mail_promise.egg-info/PKG-INFO',
        'partition/instance.cfg.in',
        'instance-templates/precompiled.mjs',
        'software/stack/debian.cfg',
      ].map(inside),
    );
    expect(paths.filter((path) => /\.pyc|node_modules/.test(path))).to.deep.equal([]);
  });

  describe('program', () => {
    let unpacked: string;

    before(async () => {
      unpacked = join(directory, 'unpacked');
      await mkdir(unpacked);
      await promisify(execFile)('tar', ['xzf', release.tarball, '-C', unpacked, '--strip-components=1']);
    });

    it('runs alone, with packages in CommonJS form', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(unpacked, 'slapos-mail.mjs'),
        'hello',
      ]);
      expect(stdout).to.equal('hello function true\n');
    });

    it('tells that commands of a checkout are not there', async () => {
      const failed = await promisify(execFile)(process.execPath, [
        join(unpacked, 'slapos-mail.mjs'),
        'release',
      ]).catch((error: unknown) => (error as { stderr: string }).stderr);
      expect(failed).to.contain(
        'OperatorError: this command runs from a checkout of slapos-mail, not from a release',
      );
    });

    it('contains no build tool, nor any path of the machine that built it', async () => {
      const parts = (await readdir(unpacked, { recursive: true })).filter((path) => path.endsWith('.mjs'));
      expect(parts).to.include.members(['slapos-mail.mjs']);
      for (const part of parts) {
        const program = await readFile(join(unpacked, part), 'utf8');
        expect(program, part).not.to.contain('node_modules/esbuild');
        expect(program, part).not.to.contain(root);
      }
    });

    it('reads what a command imports lazily when that command runs', async () => {
      const program = await readFile(join(unpacked, 'slapos-mail.mjs'), 'utf8');
      expect(program).not.to.contain('node_modules/croner');
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(unpacked, 'slapos-mail.mjs'),
        'lazy',
      ]);
      expect(stdout).to.contain('croner function');
    });

    it('has the templates that a checkout compiles', async () => {
      const shipped = await readTemplates(join(unpacked, 'instance-templates'));
      const compiled = await readTemplates(join(root, 'instance-templates'));
      expect(Object.keys(shipped)).to.deep.equal(Object.keys(compiled)).and.not.to.be.empty;
    });

    it('comes with the licences of its packages', async () => {
      const notice = await readFile(join(unpacked, 'NOTICE'), 'utf8');
      expect(notice).to.match(/^fastify 5\.\d+\.\d+ \(MIT\)$/m);
      expect(notice).to.contain('Permission is hereby granted, free of charge');
      expect(notice).not.to.match(/^esbuild /m);
    });
  });

  it('refuses a program that needs a build tool at its start', async () => {
    const careless = join(directory, 'careless.ts');
    await writeFile(careless, `import { create } from 'tar';\nconsole.log(create);\n`);
    const failed = await rejection(
      buildRelease({ outputDirectory: join(directory, 'none'), entryPoint: careless }),
    );
    expect(failed.message).to.contain(
      'careless.ts imports tar, which a release does not have; import it lazily',
    );
  });

  it('has schemas that refer to each other by plain file names and compile', async () => {
    const folder = join(output, 'mail-server');
    const names = (await readdir(folder)).filter(
      (name) => name.endsWith('.json') && name !== 'software.cfg.json',
    );
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const name of names) {
      const text = await readFile(join(folder, name), 'utf8');
      for (const [, file] of text.matchAll(/"\$ref": "([^"#]+)/g)) expect(names).to.include(file);
      const schema = JSON.parse(text) as { $id: string };
      expect(schema.$id).to.equal(name);
      ajv.addSchema(schema);
    }
    for (const name of names) expect(ajv.getSchema(name), name).to.be.a('function');
  });

  it('has a software.cfg.json that names schemas which are there, and the three kinds of request', async () => {
    const description = JSON.parse(await readFile(join(output, 'mail-server/software.cfg.json'), 'utf8')) as {
      serialisation: string;
      'software-type': Record<string, Record<string, unknown>>;
    };
    const names = await readdir(join(output, 'mail-server'));
    expect(description.serialisation).to.equal('json-in-xml');
    const types = description['software-type'];
    for (const entry of Object.values(types)) {
      expect(entry).to.include.all.keys(
        'software-type',
        'title',
        'description',
        'request',
        'response',
        'index',
      );
      expect(names).to.include.members([entry['request'], entry['response']]);
    }
    expect(types['default']).to.include({ 'software-type': 'default' });
    expect(types['default-slave']).to.include({ 'software-type': 'default', shared: true });
    expect(types['default-ors']).to.include({ 'software-type': 'default-ors' });
  });

  it('names the tarball by an absolute URL when it is told where it will be served', async () => {
    const outputDirectory = join(directory, 'served');
    await buildRelease({ outputDirectory, entryPoint, baseUrl: 'https://example.com/mail/' });
    expect(await readFile(join(outputDirectory, 'stack/tarball.cfg'), 'utf8')).to.contain(
      `url = https://example.com/mail/slapos-mail-${release.version}.tar.gz\n`,
    );
  });

  for (const baseUrl of [
    'example.com/mail',
    'ftp://example.com',
    'https://example.com/${buildout:x}',
    'https://a b/',
  ]) {
    it(`refuses ${baseUrl} as a base URL`, async () => {
      const failed = await rejection(
        buildRelease({ outputDirectory: join(directory, 'none'), entryPoint, baseUrl }),
      );
      expect(failed).to.be.instanceOf(OperatorError);
      expect(failed.message).to.contain(baseUrl);
    });
  }

  it('replaces an earlier release, and what is no longer part of one', async () => {
    const outputDirectory = join(directory, 'replaced');
    await buildRelease({ outputDirectory, entryPoint });
    const marker = join(outputDirectory, '.slapos-mail-release');
    await writeFile(marker, `${await readFile(marker, 'utf8')}mail-server/gone.json\n`);
    await writeFile(join(outputDirectory, 'mail-server/gone.json'), '{}');
    await writeFile(join(outputDirectory, 'stack/debian.cfg'), 'damaged');
    await buildRelease({ outputDirectory, entryPoint });
    expect(await readdir(join(outputDirectory, 'mail-server'))).not.to.include('gone.json');
    expect(await readFile(join(outputDirectory, 'stack/debian.cfg'), 'utf8')).to.contain('[programs]');
    expect((await readdir(outputDirectory)).filter((name) => name.includes('new'))).to.deep.equal([]);
  });

  it('removes what is no longer part of one also after a run that was interrupted', async () => {
    const folder = join(directory, 'interrupted');
    const files = (...paths: string[]) => paths.map((path) => ({ path, content: Buffer.from(path) }));
    await publishFolder(folder, files('kept', 'gone'));
    // A folder in the place of a file: the run ends there.
    await mkdir(join(folder, 'new/x'), { recursive: true });
    await rejection(publishFolder(folder, files('kept', 'new')));
    await rm(join(folder, 'new'), { recursive: true });
    await publishFolder(folder, files('kept', 'new'));
    expect((await readdir(folder)).sort()).to.deep.equal(['.slapos-mail-release', 'kept', 'new']);
  });

  it('refuses a folder with files that no release wrote, and leaves them alone', async () => {
    const foreign = join(directory, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'letter.txt'), 'mine');
    const failed = await rejection(buildRelease({ outputDirectory: foreign, entryPoint }));
    expect(failed).to.be.instanceOf(OperatorError);
    expect(failed.message).to.match(/foreign: holds files that no release wrote; name an empty folder/);
    expect(await readdir(foreign)).to.deep.equal(['letter.txt']);
  });

  it('names every program with its package in the Debian layer', async () => {
    const layer = await readFile(join(output, 'stack/debian.cfg'), 'utf8');
    const namesOf = (section: string) =>
      [
        ...(new RegExp(`^\\[${section}\\]\\n((?:.+\\n)*)`, 'm').exec(layer)?.[1] ?? '').matchAll(
          /^(\S+) = \S/gm,
        ),
      ].map(([, name]) => name);
    expect(namesOf('programs')).to.include('postfix-daemons').and.to.deep.equal(namesOf('packages'));
  });
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
