/** The daemons' own checkers over what each golden scenario writes, as the unprivileged user of a partition. */
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { readParameterFile } from '../../src/parameters/file.ts';
import { inboundPostfix, outboundPostfix } from '../../src/plan/relay-node/postfix-pair.ts';
import { postfix } from '../../src/plan/mail-server/postfix.ts';
import { type Postfix, postfixEnvironment } from '../../src/plan/postfix-service.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const scenarios = readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** Extensions that people's scripts may require. */
const sieveScript = `
require ["editheader", "variables", "envelope", "fileinto", "imap4flags", "copy", "regex"];
if envelope :matches "from" "*" { set "sender" "\${1}"; addheader "X-Forwarded-For" "\${sender}"; }
deleteheader "Reply-To";
addheader "Reply-To" "other@example.net";
if header :regex "subject" "^\\\\[(.*)\\\\]" { addflag "\\\\Flagged"; }
redirect :copy "elsewhere@example.net";
fileinto "Junk";
`;

/** What there is to check in the files of a software type. */
interface Checked {
  postfix: readonly { postfix: Postfix; port: number }[];
  /** Paths of dovecot.conf and of its log. */
  dovecot: { configuration: string; log: string } | null;
  hasSieve: boolean;
  /** A log that logrotate must take. */
  log: string;
}

const mailServerChecks: Checked = {
  postfix: [{ postfix, port: 10025 }],
  dovecot: { configuration: 'etc/dovecot/dovecot.conf', log: 'var/log/dovecot.log' },
  hasSieve: true,
  log: 'var/log/apache-error.log',
};
const relayChecks: Record<string, Checked> = {
  cluster: { postfix: [], dovecot: null, hasSieve: false, log: 'var/log/crond.log' },
  relay: {
    postfix: [
      { postfix: inboundPostfix, port: 10025 },
      { postfix: outboundPostfix, port: 10587 },
    ],
    dovecot: { configuration: 'etc/sasl/dovecot.conf', log: 'var/log/sasl.log' },
    hasSieve: false,
    log: 'var/log/inbound-postfix.log',
  },
};

for (const { name } of scenarios) {
  const { softwareType } = await readParameterFile(join(golden, name, 'parameters.yaml'), 'default');
  const checked = relayChecks[softwareType] ?? mailServerChecks;

  describe(`the files of the scenario ${name}`, () => {
    let partition: WrittenPartition;

    before(async () => {
      partition = await writePartition(name);
    });
    after(() => partition.remove());

    /** What the program makes of its configuration. */
    const readWithoutComplaint = async (program: string, ...args: string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await partition.run(program, ...args);
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      return stdout;
    };

    for (const { postfix: checkedPostfix, port } of checked.postfix) {
      const { configuration, queue, log, service } = checkedPostfix;

      it(`are a main.cf of ${service} that postconf reads without warnings`, async () => {
        const stdout = await readWithoutComplaint('postconf', '-c', partition.at(configuration), '-n');
        expect(stdout).to.contain(`queue_directory = ${partition.at(queue)}`);
      });

      it(`are a main.cf of ${service} in which nothing stands twice`, async () => {
        const text = await readFile(partition.at(`${configuration}/main.cf`), 'utf8');
        const keys = [...text.matchAll(/^([a-z0-9_]+) =/gm)].map(([, key]) => key);
        expect(keys).to.have.length(new Set(keys).size);
      });

      it(`are a master.cf of ${service} that postconf reads without warnings`, async () => {
        const stdout = await readWithoutComplaint('postconf', '-c', partition.at(configuration), '-M');
        expect(stdout).to.match(new RegExp(`^\\[fd00::1\\]:${port} +inet`, 'm'));
      });

      it(`pass the own check of ${service}, but for what belongs to one user here and to root elsewhere`, async () => {
        const script = await readFile(partition.at(`libexec/start-${service}`), 'utf8');
        const [preparation = ''] = script.split(/^# Postfix would share a port/m);
        const prepared = await partition.run('sh', '-c', preparation);
        expect(prepared).to.include({ exitCode: 0, stderr: '' });
        const environment = postfixEnvironment({ place: partition.place, ...checkedPostfix });
        const { exitCode } = await partition.run(
          'env',
          ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
          ...[partition.place.programs['postfix'] ?? '', '-c', partition.at(configuration), 'check'],
        );
        const warnings = (await readFile(partition.at(log), 'utf8'))
          .split('\n')
          .filter((line) => line !== '');
        const others = warnings.filter(
          (line) => !/warning: not (owned by (root|group postdrop)|set-gid or)/.test(line),
        );
        expect({ exitCode, others }).to.deep.equal({ exitCode: 0, others: [] });
      });
    }

    if (checked.postfix.length > 1) {
      it('start every Postfix at the same time, none of which gets in the way of another', async () => {
        const preparations = await Promise.all(
          checked.postfix.map(async ({ postfix: { service } }) => {
            const script = await readFile(partition.at(`libexec/start-${service}`), 'utf8');
            return script.split(/^# Postfix would share a port/m)[0] ?? '';
          }),
        );
        for (let round = 0; round < 15; round += 1) {
          const prepared = await Promise.all(preparations.map((text) => partition.run('sh', '-c', text)));
          for (const each of prepared) expect(each).to.include({ exitCode: 0, stderr: '' });
        }
        const left = readdirSync(partition.at('libexec/postfix')).filter((name) => name.startsWith('.'));
        expect(left).to.deep.equal([]);
      });
    }

    it('are lookup tables that Postfix finds every key in, and no other', async () => {
      const type = partition.place.stackFacts['postfix-table-type'] ?? '';
      for (const { path, content } of partition.files.filter(({ table }) => table)) {
        const query = (key: string) =>
          partition.run(
            'postmap',
            '-c',
            partition.at(path.slice(0, path.lastIndexOf('/'))),
            '-q',
            key,
            `${type}:${partition.at(path)}`,
          );
        for (const line of content.split('\n').filter((each) => each !== '')) {
          const [, key = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
          expect(await query(key), `${path}: ${key}`).to.deep.equal({
            exitCode: 0,
            stdout: value,
            stderr: '',
          });
        }
        expect(await query('absent.example'), path).to.deep.equal({ exitCode: 1, stdout: '', stderr: '' });
      }
    });

    const { dovecot } = checked;
    if (dovecot !== null) {
      it('are a dovecot.conf that doveconf reads without warnings', async () => {
        const stdout = await readWithoutComplaint(
          'doveconf',
          '-c',
          partition.at(dovecot.configuration),
          '-n',
        );
        expect(stdout).to.contain(`log_path = ${partition.at(dovecot.log)}`);
      });
    }

    it('are a logrotate.conf without errors, for every log', async () => {
      await writeFile(partition.at(checked.log), 'x\n');
      const { exitCode, stderr } = await partition.run(
        'logrotate',
        ...['-d', '-s', partition.at('var/lib/logrotate.state'), partition.at('etc/logrotate.conf')],
      );
      expect(exitCode).to.equal(0);
      expect(stderr).not.to.match(/^error:/m);
      expect(stderr.split('\n')).to.include(`considering log ${partition.at(checked.log)}`);
    });

    it('are scripts that a shell can read', async () => {
      const scripts = partition.files.filter(({ path }) => /^(bin|libexec)\//.test(path));
      expect(scripts).not.to.have.length(0);
      for (const { path, content } of scripts) {
        expect(content, path).to.match(/^#!\/bin\/sh\n/);
        expect(await partition.run('sh', '-n', partition.at(path)), path).to.deep.equal({
          exitCode: 0,
          stdout: '',
          stderr: '',
        });
      }
    });

    it('are an httpd.conf that Apache finds no fault with', async () => {
      const configuration = partition.at('etc/apache/httpd.conf');
      const { exitCode, stderr } = await partition.run('apache', '-t', '-f', configuration);
      expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: 'Syntax OK' });
    });

    if (checked.hasSieve) {
      it('let a sieve script require the promised extensions', async () => {
        const script = partition.at('var/tmp/script.sieve');
        await writeFile(script, sieveScript);
        const { exitCode, stderr } = await partition.run(
          'sievec',
          ...['-c', partition.at('etc/dovecot/dovecot.conf'), script, partition.at('var/tmp/script.svbin')],
        );
        expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
      });
    }
  });
}
