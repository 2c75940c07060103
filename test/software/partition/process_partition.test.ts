import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

const runner = fileURLToPath(new URL('run_process_partition.py', import.meta.url));
const software = new URL('../../../software/partition/', import.meta.url);
const script = fileURLToPath(new URL('process_partition.py', software));
const writer = fileURLToPath(new URL('write_promise_plugins.py', software));

describe('processing of a partition', function () {
  this.timeout(60_000);
  let directory: string;
  /** What converge wrote. */
  let promises: Record<string, { module: string; config: Record<string, string> }>;
  const connection = {
    'server-url': 'http://[::1]:4000/',
    'computer-id': 'a $(computer)',
    'partition-id': 'slappart0',
    'software-release-url': 'https://example.com/mail-server/software.cfg',
    'key-file': '',
    'cert-file': '',
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'partition-'));
    await mkdir(join(directory, 'software/bin'), { recursive: true });
    await mkdir(join(directory, 'partition'));
    await cp(writer, join(directory, 'partition/write_promise_plugins.py'));
    promises = {};
  });

  afterEach(() => rm(directory, { recursive: true }));

  /** Runs it with a converge and a buildout of these texts (a Node.js module and a Python program). */
  async function processPartition(converge: string, buildout: string, slapConnection = connection) {
    const partition = join(directory, 'partition');
    const software = join(directory, 'software');
    await writeFile(join(directory, 'slapos-mail.mjs'), converge);
    await mkdir(join(directory, 'partition/etc'), { recursive: true });
    await writeFile(join(directory, 'partition/etc/promises.json'), JSON.stringify(promises));
    await writeFile(join(software, 'bin/buildout'), buildout);
    const profile = { buildout: { directory: partition }, 'slap-connection': slapConnection };
    const options = {
      software,
      release: directory,
      node: process.execPath,
      'software-release': 'mail-server',
    };
    return new Promise<{ status: number | null; output: string; last: string }>((resolve) => {
      const child = spawn(
        'python3',
        ['-B', runner, script, JSON.stringify(profile), JSON.stringify(options)],
        {
          env: { ...process.env, SECRET_OF_CALLER: 'yes' },
        },
      );
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data.toString()));
      child.stderr.on('data', (data: Buffer) => (output += data.toString()));
      child.on('close', (status) =>
        resolve({ status, output, last: output.trim().split('\n').at(-1) ?? '' }),
      );
    });
  }

  const recordConverge = `
    import { writeFileSync } from 'node:fs';
    writeFileSync('converge.json', JSON.stringify({ parameters: process.argv.slice(2), environment: process.env }));`;
  const recordBuildout = 'import json, sys\njson.dump(sys.argv[1:], open("buildout.json", "w"))\n';
  const recorded = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(directory, 'partition', name), 'utf8'));

  it('gives converge what the master and the software say, as it is and without a shell', async () => {
    expect((await processPartition(recordConverge, recordBuildout)).status).to.equal(0);
    const { parameters, environment } = (await recorded('converge.json')) as {
      parameters: string[];
      environment: Record<string, string>;
    };
    expect(parameters).to.deep.equal([
      'converge',
      ...[
        '--server-url',
        'http://[::1]:4000/',
        '--computer-id',
        'a $(computer)',
        '--partition-id',
        'slappart0',
      ],
      ...['--software-release', 'mail-server'],
      ...['--software-url', 'https://example.com/mail-server/software.cfg'],
      ...['--partition', join(directory, 'partition')],
      ...['--programs', join(directory, 'software/programs.json')],
      ...['--eggs-directory', join(directory, 'software/eggs')],
      ...['--develop-eggs-directory', join(directory, 'software/develop-eggs')],
    ]);
    expect(environment).to.deep.include({
      HOME: join(directory, 'partition'),
      LC_ALL: 'C.UTF-8',
      LANG: 'C.UTF-8',
    });
    expect(environment).not.to.have.property('SECRET_OF_CALLER');
  });

  it('passes the client certificate when the connection has one', async () => {
    await processPartition(recordConverge, '', {
      ...connection,
      'key-file': '/k.pem',
      'cert-file': '/c.pem',
    });
    const { parameters } = (await recorded('converge.json')) as { parameters: string[] };
    expect(parameters.slice(-4)).to.deep.equal(['--key-file', '/k.pem', '--cert-file', '/c.pem']);
  });

  it('then runs buildout offline on the generated profile, with its own list of installed parts', async () => {
    await processPartition('', recordBuildout);
    expect(await recorded('buildout.json')).to.include.members([
      join(directory, 'partition/etc/profile.cfg'),
      `buildout:directory=${join(directory, 'partition')}`,
      'buildout:installed=.installed-profile.cfg',
      'buildout:offline=true',
    ]);
  });

  it('ends with the last line of a converge that fails, after all its output, and runs no buildout', async () => {
    const { status, output, last } = await processPartition(
      `console.log('stage 1'); console.error('detail'); console.error('/mail-domains: "é" is none; write one'); process.exit(3);`,
      recordBuildout,
    );
    expect(status).not.to.equal(0);
    expect(last).to.equal('Error: /mail-domains: "é" is none; write one');
    expect(output).to.contain('stage 1').and.to.contain('detail');
    expect(await recorded('buildout.json').catch(() => 'not run')).to.equal('not run');
  });

  it('ends with the error of a Node.js program that crashes, not with its stack', async () => {
    const { last } = await processPartition(`throw new TypeError('no table');`, '');
    expect(last).to.equal('Error: TypeError: no table');
  });

  it('ends with the error of a buildout that fails, said once', async () => {
    const buildout = 'import sys\nsys.exit("While:\\n  Installing x.\\nError: x: no such recipe")\n';
    expect((await processPartition('', buildout)).last).to.equal('Error: x: no such recipe');
  });

  it('gives buildout the environment, the folder and the input that converge has', async () => {
    const buildout = `
import json, os, sys
with open("seen.json", "w") as stream:
  json.dump({"environment": dict(os.environ), "input": sys.stdin.read(), "name": sys.argv[0]}, stream)
print("Installing x.")
sys.exit(0)
`;
    const { status, output } = await processPartition('', buildout);
    expect(status).to.equal(0);
    expect(output.match(/Installing x\./g)).to.have.lengthOf(1);
    const { environment, input, name } = (await recorded('seen.json')) as Record<string, unknown>;
    expect(environment).to.deep.include({ HOME: join(directory, 'partition'), LC_ALL: 'C.UTF-8' });
    expect(environment).not.to.have.property('SECRET_OF_CALLER');
    expect({ input, name }).to.deep.equal({ input: '', name: join(directory, 'software/bin/buildout') });
  });

  it('ends with the last line of the stack when buildout crashes, and names the signal that ends it', async () => {
    expect((await processPartition('', 'raise ValueError("no part")\n')).last).to.equal(
      'Error: ValueError: no part',
    );
    expect((await processPartition('', 'import os\nos.kill(os.getpid(), 9)\n')).last).to.equal(
      'Error: buildout was ended by signal 9; process the partition again',
    );
  });

  it('names the signal that ended converge', async () => {
    const { last } = await processPartition(`process.kill(process.pid, 'SIGKILL');`, '');
    expect(last).to.equal('Error: slapos-mail.mjs was ended by signal 9; process the partition again');
  });

  describe('writes the plugins of promises', () => {
    const folder = () => join(directory, 'partition/etc/plugin');
    const hostile = `a'"\\\n# \${x} é \u2028`;
    const one = { module: 'one', config: { path: '/x', text: hostile } };

    it('with one assignment to the path first, each folder once, and the configuration as it is', async () => {
      promises = { one, 'two-kept': { module: 'two', config: {} } };
      expect((await processPartition('', '')).status).to.equal(0);
      expect(await readdir(folder())).to.have.members(['one.py', 'two-kept.py']);
      const look = `
import ast, json, sys
body = ast.parse(open(sys.argv[1]).read()).body
assignments = [node for node in body if isinstance(node, ast.Assign)]
print(json.dumps([
  ast.unparse(assignments[0].targets[0]), ast.literal_eval(assignments[0].value),
  ast.unparse(assignments[1].targets[0]), ast.literal_eval(assignments[1].value), ast.unparse(body[-1])]))`;
      const { stdout } = await promisify(execFile)('python3', ['-c', look, join(folder(), 'one.py')]);
      const eggs = ['develop-eggs', 'eggs'].map((name) => join(directory, 'software', name));
      expect(JSON.parse(stdout)).to.deep.equal([
        ...['sys.path[0:0]', [...eggs, "/it's of slapos-mail-promise"]],
        ...['extra_config_dict', one.config, 'from slapos_mail_promise.one import RunPromise'],
      ]);
    });

    it('again only where they change, and removes those that are promised no more', async () => {
      promises = { one, two: { module: 'two', config: {} } };
      await processPartition('', '');
      await writeFile(join(folder(), '__init__.py'), '');
      const state = async (name: string) => (await stat(join(folder(), name))).ino;
      const before = await state('one.py');
      delete promises['two'];
      await processPartition('', '');
      expect(await readdir(folder())).to.have.members(['one.py', '__init__.py']);
      expect(await state('one.py')).to.equal(before);
      promises['one'] = { ...one, config: {} };
      await processPartition('', '');
      expect(await state('one.py')).not.to.equal(before);
    });
  });

  describe('publishes last', () => {
    /** A program that notes its command, and fails to publish when told so. */
    const record = (publish = '') => `
      import { appendFileSync, existsSync } from 'node:fs';
      const [command, ...rest] = process.argv.slice(2);
      appendFileSync('commands', [command, existsSync('buildout.json'), ...rest].join(' ') + '\\n');
      if (command === 'publish') { ${publish} }`;
    const commands = async () =>
      (await readFile(join(directory, 'partition/commands'), 'utf8')).trim().split('\n');
    const outbox = async (text: string) => {
      await mkdir(join(directory, 'partition/srv/ledger/current'), { recursive: true });
      await writeFile(join(directory, 'partition/srv/ledger/current/outbox'), text);
    };

    it('what the ledger holds, after buildout', async () => {
      await outbox('{}\n');
      expect((await processPartition(record(), recordBuildout)).status).to.equal(0);
      const [, publish] = await commands();
      expect(publish).to.equal(`publish true --partition ${join(directory, 'partition')}`);
    });

    it('nothing when nothing waits', async () => {
      for (const prepare of [() => Promise.resolve(), () => outbox('')]) {
        await prepare();
        await rm(join(directory, 'partition/commands'), { force: true });
        await processPartition(record(), recordBuildout);
        expect(await commands()).to.have.lengthOf(1);
      }
    });

    it('and a master that is away keeps the partition from nothing, but is named', async () => {
      await outbox('{}\n');
      const { status, last } = await processPartition(
        record(`console.error('nobody answers'); process.exit(4);`),
        recordBuildout,
      );
      expect({ status, last }).to.deep.equal({ status: 0, last: 'not published: nobody answers' });
    });

    it('not at all when buildout failed', async () => {
      await outbox('{}\n');
      const { status } = await processPartition(record(), 'import sys\nsys.exit("Error: x")\n');
      expect(status).not.to.equal(0);
      expect(await commands()).to.have.lengthOf(1);
    });
  });

  describe('runs buildout', () => {
    const at = (path: string) => join(directory, path);
    /** Notes each run, and one installed file, as buildout does. */
    const buildout = `
import os
open("runs", "a").write("x")
os.makedirs("bin", exist_ok=True)
open("bin/tool", "a").close()
open(".installed-profile.cfg", "w").write(
  "[buildout]\\nparts = tool\\n\\n[tool]\\n__buildout_installed__ = %s\\n\\t%s\\n" % (os.path.abspath("bin/tool"), os.path.abspath("bin")))
`;
    const runs = async () => (await readFile(at('partition/runs'), 'utf8')).length;
    const profile = (text: string) => writeFile(at('partition/etc/profile.cfg'), text);
    const process = async (text = buildout) => (await processPartition('', text)).status;

    beforeEach(async () => {
      await mkdir(at('partition/etc'), { recursive: true });
      await profile('[a]\n');
      await writeFile(at('software/programs.json'), '{}');
    });

    it('once where nothing changes', async () => {
      for (let round = 0; round < 3; round += 1) expect(await process()).to.equal(0);
      expect(await runs()).to.equal(1);
    });

    const changes: Record<string, () => Promise<unknown>> = {
      'the profile changed': () => profile('[b]\n'),
      'the software was built again': async () => {
        await utimes(at('software/programs.json'), 1, 1);
      },
      'an installed file is missing': () => rm(at('partition/bin/tool')),
      'it ran long ago': async () => {
        const longAgo = Date.now() / 1000 - 86_000;
        await utimes(at('partition/.installed-profile.sha256'), longAgo, longAgo);
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`again when ${what}`, async () => {
        await process();
        await change();
        await process();
        await process();
        expect(await runs()).to.equal(2);
      });
    }

    it('again after it failed', async () => {
      await process();
      await profile('[b]\n');
      expect(await process('import sys\nsys.exit("Error: x")\n')).not.to.equal(0);
      await profile('[a]\n');
      await process();
      expect(await runs()).to.equal(2);
    });
  });
});
