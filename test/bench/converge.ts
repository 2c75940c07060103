/** Cost of `converge`, run as slapgrid does: with one new account among few or many others, and without changes. */
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { convergeCommand } from '../support/system/converge.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { type Cost, inTurns, measure, median, medianOf, medianRatio } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 7;

interface Partition {
  /** Requests one more account. */
  addAccount: () => Promise<void>;
  converge: () => Promise<Cost>;
  /** Files (relative to the partition) that are new, rewritten or replaced since the last call. */
  changes: () => Promise<string[]>;
}

/** Runs on a local node with all daemons. Its master is a real slapproxy, whose processor time is not counted. */
export async function benchConverge(log: (line: string) => void): Promise<Row[]> {
  const mail = await startMailNode({ partitions: 2 });
  try {
    const small = await preparePartition(mail, 'small', 10);
    const large = await preparePartition(mail, 'large', 1_000);
    await mail.settle();
    log('a mail server with 10 accounts and one with 1,000 are there');

    const added = await inTurns(rounds, {
      small: () => convergeWithNewAccount(small),
      large: () => convergeWithNewAccount(large),
    });
    await large.changes();
    await convergeWithNewAccount(large);
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
      // Tables of mailboxes, recipients and sender log-ins, each with its index.
      { what: 'one account more: files of daemons', value: daemonFiles(files), unit: 'files', atMost: 6 },
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
    await mail.stop();
  }
}

async function convergeWithNewAccount(partition: Partition): Promise<Cost> {
  await partition.addAccount();
  return partition.converge();
}

/** Number of changed files without those of the ledger, which always change. */
const daemonFiles = (files: readonly string[]): number =>
  files.filter((path) => !path.startsWith('srv/ledger/')).length;

const publications = ({ output }: Cost): number => Number(/(\d+) publications sent/.exec(output)?.[1] ?? NaN);

async function preparePartition(mail: MailNode, name: string, accounts: number): Promise<Partition> {
  const { node, softwareUrl } = mail;
  const instance = { softwareUrl, softwareType: 'default' };
  const parameters = { 'mail-domains': [`${name}.example.com`], 'inbound-relay': { enable: false } };
  const answer = await node.request({ ...instance, name, parameters });
  if (answer.state === 'pending') throw new Error(answer.reason);
  const filter = { instance_guid: answer.guid ?? '' };
  let count = 0;
  const addAccount = async () => {
    count += 1;
    const address = `account${count}@${name}.example.com`;
    const request = { ...instance, shared: true, filter, name: `${name} ${count}`, parameters: { address } };
    await node.request(request);
  };
  while (count < accounts) await addAccount();
  const folder = await mail.partition(name);
  let before = new Map<string, string>();
  return {
    addAccount,
    converge: () => measure(convergeCommand(mail, folder), node),
    async changes() {
      const after = await fileIdentities(folder);
      const changed = [...after].filter(([path, identity]) => before.get(path) !== identity);
      before = after;
      return changed.map(([path]) => path).sort();
    },
  };
}

/** Path → inode and modification time, which change when a file is replaced or rewritten. */
async function fileIdentities(folder: string): Promise<Map<string, string>> {
  const paths = await Promise.all(
    // The folders that processing writes; daemons write to others.
    ['etc', 'bin', 'libexec', 'srv/ledger'].map(async (part) => {
      const entries = await readdir(join(folder, part), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory());
    }),
  );
  const found = await Promise.all(
    paths.flat().map(async ({ parentPath, name }): Promise<[string, string]> => {
      const path = join(parentPath, name);
      const { ino, mtimeMs } = await lstat(path);
      const relativePath = relative(folder, path).replace(/generation-\d+/, 'generation');
      // Each change makes a new generation of the ledger, in which unchanged files are copies of the same time.
      return [relativePath, relativePath.startsWith('srv/ledger/') ? `${mtimeMs}` : `${ino} ${mtimeMs}`];
    }),
  );
  return new Map(found);
}
