/** `converge`, as slapgrid has it run, when one account is added to few or to many, and when nothing changed. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type LocalNode, prepareMachine, startLocalNode } from '../../src/node/index.ts';
import { readStackLayer } from '../../src/place/stack-layer.ts';
import { type Cost, inTurns, measure, median, medianOf, medianRatio } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 7;
const softwareUrl = '/opt/benchmark/software.cfg';

interface Partition {
  /** Has one more account requested. */
  addAccount: () => Promise<void>;
  converge: () => Promise<Cost>;
  /** Paths, relative to the partition, that are new or not the same files as at the last call. */
  changes: () => Promise<string[]>;
}

/** Needs what a local node needs; its master is a real slapproxy, whose work is not in the figures. */
export async function benchConverge(
  folder: string,
  release: string,
  log: (line: string) => void,
): Promise<Row[]> {
  const base = process.getuid?.() === 0 ? '/srv' : homedir();
  const directory = join(base, `smb-${randomBytes(3).toString('hex')}`);
  const venv = process.env['SLAPOS_VENV'] ?? (await prepareMachine()).layout.venv;
  const machine = await prepareMachine({ directory, venv });
  const node = await startLocalNode({ ...machine, partitionCount: 2, ipv4: '127.0.0.1', ipv6: '::1' });
  try {
    const programs = await writePrograms(folder);
    const small = await preparePartition(node, release, programs, 'small', 10);
    const large = await preparePartition(node, release, programs, 'large', 1_000);
    log('a mail server with 10 accounts and one with 1,000 are there');

    const added = await inTurns(rounds, { small: () => oneMore(small), large: () => oneMore(large) });
    await large.changes();
    await oneMore(large);
    const files = await large.changes();
    log(`files that one more account changed:\n  ${files.join('\n  ')}`);
    const unchanged = await inTurns(rounds, { small: small.converge, large: large.converge });
    const untouched = await large.changes();
    if (untouched.length > 0) log(`files that an unchanged converge changed:\n  ${untouched.join('\n  ')}`);
    return [
      { what: 'one account more, beside 10', value: medianOf(added.small, 'cpuSeconds'), unit: 's CPU' },
      { what: 'one account more, beside 1,000', value: medianOf(added.large, 'cpuSeconds'), unit: 's CPU' },
      {
        what: 'one account more, beside 1,000 compared with 10',
        value: medianRatio(added.large, added.small, 'cpuSeconds'),
        unit: 'times',
        atMost: 1.5,
      },
      {
        what: 'one account more: publications beside 1,000',
        value: median(added.large.map(publications)),
        unit: 'publications',
        atMost: 2,
      },
      { what: 'one account more: files of daemons', value: daemonFiles(files), unit: 'files', atMost: 5 },
      { what: 'nothing changed, 1,000 accounts', value: medianOf(unchanged.large, 'seconds'), unit: 's' },
      {
        what: 'nothing changed, 1,000 accounts, CPU',
        value: medianOf(unchanged.large, 'cpuSeconds'),
        unit: 's CPU',
      },
      { what: 'nothing changed: files', value: untouched.length, unit: 'files', atMost: 0 },
      {
        what: 'nothing changed: publications',
        value: median(unchanged.large.map(publications)),
        unit: 'publications',
        atMost: 0,
      },
    ];
  } finally {
    await node.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function oneMore(partition: Partition): Promise<Cost> {
  await partition.addAccount();
  return partition.converge();
}

/** What daemons read; the ledger's own files change as well. */
const daemonFiles = (files: readonly string[]): number =>
  files.filter((path) => !path.startsWith('srv/ledger/')).length;

const publications = ({ output }: Cost): number => Number(/(\d+) publications sent/.exec(output)?.[1] ?? NaN);

async function preparePartition(
  node: LocalNode,
  release: string,
  programs: string,
  name: string,
  accounts: number,
): Promise<Partition> {
  const instance = { softwareUrl, softwareType: 'default' };
  const parameters = { 'mail-domains': [`${name}.example.com`], 'inbound-relay': { enable: false } };
  const answer = await node.request({ ...instance, name, parameters });
  if (answer.state === 'pending') throw new Error(answer.reason);
  const filter = { instance_guid: answer.guid ?? '' };
  let count = 0;
  const addAccount = async () => {
    count += 1;
    const address = `account${count}@${name}.example.com`;
    await node.request({
      ...instance,
      shared: true,
      name: `${name} ${count}`,
      parameters: { address },
      filter,
    });
  };
  while (count < accounts) await addAccount();
  const folder = await node.partitionOf(name);
  const command = [
    ...[node.layout.nodeProgram, join(release, 'slapos-mail.mjs'), 'converge'],
    ...['--server-url', node.serverUrl, '--computer-id', 'local'],
    ...['--partition-id', relative(node.layout.instanceRoot, folder), '--software-url', softwareUrl],
    ...['--partition', folder, '--programs', programs],
    ...['--eggs-directory', '/opt/benchmark/eggs', '--develop-eggs-directory', '/opt/benchmark/develop-eggs'],
  ];
  const converge = () => measure(command, node);
  await converge();
  let before = await fileIdentities(folder);
  return {
    addAccount,
    converge,
    async changes() {
      const after = await fileIdentities(folder);
      const changed = [...after].filter(([path, identity]) => before.get(path) !== identity);
      before = after;
      return changed.map(([path]) => path).sort();
    },
  };
}

/** Path → what a replaced or rewritten file has another of. */
async function fileIdentities(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    // slapgrid reads and removes that one; here it never comes.
    (entry) => !entry.isDirectory() && !entry.name.startsWith('.slapos-request-transaction-'),
  );
  const found = await Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, string]> => {
      const path = join(parentPath, name);
      const { ino, mtimeMs } = await lstat(path);
      // One generation of the ledger replaces another; what is linked from it has not changed.
      return [relative(folder, path).replace(/generation-\d+/, 'generation'), `${ino} ${mtimeMs}`];
    }),
  );
  return new Map(found);
}

/** `programs.json` and `facts.json` as a software build writes them. */
async function writePrograms(folder: string): Promise<string> {
  const layer = fileURLToPath(new URL('../../software/stack/debian.cfg', import.meta.url));
  const { programs, facts } = await readStackLayer(layer);
  const software = join(folder, 'software');
  await mkdir(software);
  await chmod(software, 0o755);
  const path = join(software, 'programs.json');
  const entries = Object.entries(programs).map(([name, program]) => [
    name,
    { path: program, package: 'debian' },
  ]);
  await writeFile(path, JSON.stringify(Object.fromEntries(entries)), { mode: 0o644 });
  await writeFile(join(software, 'facts.json'), JSON.stringify(facts), { mode: 0o644 });
  return path;
}
