/** Cost of many relayed domains: plans of a cluster and a node, one more domain, and look-ups on a node. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';

import { serialiseDigest } from '../../src/ledger/publication-digest.ts';
import type { Ledger } from '../../src/ledger/types.ts';
import type { PlannedPublication } from '../../src/plan/planned.ts';
import { renderFiles } from '../../src/render/files.ts';
import { writeFiles, writeFolders } from '../../src/converge/write/write-plan.ts';
import { render } from '../support/mail-server-run.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { placeWith } from '../support/place.ts';
import { pointsHere, processCluster, type Processed, processNode } from '../support/relay-run.ts';
import { decisionRows } from './relay-decisions.ts';
import { median } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 3;
const sizes = [10, 1_000, 10_000] as const;
const lookups = 300_000;
const nodes = ['1', '2', '3'];
const deliveryService = { host: 'smtp.example.net', port: 587, user: 'us', password: 'secret' };

const domainName = (index: number): string => `domain-${index}.example`;

/**
 * Each ten domains share a mail server. Its address is not one of the cluster's or its nodes', which would be
 * refused.
 */
const backendOf = (index: number): number => 0x1000 + Math.floor(index / 10);

/** A third of the domains has each kind of authentication. */
function requestOf(index: number): object {
  const backend = backendOf(index);
  const kind = { 0: 'fingerprint', 1: 'password', 2: 'none' }[index % 3] ?? 'none';
  return {
    name: domainName(index),
    'mail-server-host': `fd00::${backend.toString(16)}`,
    authentication: kind,
    ...(kind === 'fingerprint' ? { fingerprints: [printOf(backend)] } : {}),
  };
}

function printOf(backend: number): string {
  const tail = backend.toString(16).toUpperCase().padStart(8, '0').match(/../g) ?? [];
  return [...fingerprint('AB').split(':').slice(0, 28), ...tail].join(':');
}

interface Relay {
  cluster: Processed;
  node: Processed;
  /** Time of both plans, from parameters to rendered files. */
  seconds: number;
}

/** Processes the cluster, and a node as the cluster requests it. `ledger` is that of the cluster's last processing. */
function processRelay(domains: number, ledger?: Ledger): Relay {
  const indices = Array.from({ length: domains }, (_, index) => index);
  const input = {
    parameters: {
      topology: Object.fromEntries(nodes.map((name) => [`node${name}`, { fqdn: `mx${name}.example.net` }])),
      'default-relay-config': {
        'proxy-map': { all: { ...deliveryService, domains: indices.map(domainName) } },
      },
    },
    domains: Object.fromEntries(indices.map((index) => [`_${index}`, requestOf(index)])),
    mailExchangers: Object.fromEntries(
      indices.map((index) => [domainName(index), { ...pointsHere, names: ['mx1.example.net'] }]),
    ),
    answers: Object.fromEntries(
      nodes.map((name) => [
        `node${name}`,
        { 'smtp-ipv6': `fd00::f${name}`, 'tls-fingerprints': [fingerprint(`1${name}`)] },
      ]),
    ),
    ...(ledger ? { ledger } : {}),
  };
  const start = performance.now();
  const cluster = processCluster(input);
  renderFiles(cluster.plan.files, render);
  const node = processNode(cluster.requests[0]?.parameters ?? {});
  renderFiles(node.plan.files, render);
  return { cluster, node, seconds: (performance.now() - start) / 1000 };
}

export async function benchRelayPlanning(folder: string, log: (line: string) => void): Promise<Row[]> {
  processRelay(10);
  const rows: Row[] = [];
  const seconds = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const size of sizes) seconds.get(size)?.push(processRelay(size).seconds);
  }
  for (const size of sizes) {
    rows.push({
      what: `${size.toLocaleString('en')} domains, 3 nodes: plans of the cluster and a node`,
      value: median(seconds.get(size) ?? []),
      unit: 's',
      ...(size === 1_000 ? { atMost: 2 } : {}),
    });
  }
  const [many = [], fewer = []] = [10_000, 1_000].map((size) => seconds.get(size));
  rows.push({
    what: '10,000 domains compared with 1,000',
    value: median(many.map((value, round) => value / (fewer[round] ?? NaN))),
    unit: 'times',
    // Ten would be linear, plus garbage collection; work for each pair of domains would be a hundred.
    atMost: 30,
  });
  log('plans are made; now one domain more');
  rows.push(...(await oneDomainMore(folder, log)));
  log('now the look-ups of Postfix');
  rows.push(...(await lookupRows(folder)));
  log('now the decisions of the policy service');
  return [...rows, ...(await decisionRows())];
}

interface Added {
  seconds: number;
  files: string[];
  publications: number;
}

async function oneDomainMore(folder: string, log: (line: string) => void): Promise<Row[]> {
  const few: Added[] = [];
  const many: Added[] = [];
  for (let round = 0; round < rounds; round += 1) {
    few.push(await addDomain(folder, 10));
    many.push(await addDomain(folder, 1_000));
  }
  const [one] = many;
  log(`files that one domain more changed, beside 1,000:\n  ${one?.files.join('\n  ')}`);
  const of = (added: readonly Added[]) => median(added.map(({ seconds }) => seconds));
  return [
    { what: 'one domain more, beside 10: plans and files', value: of(few), unit: 's' },
    { what: 'one domain more, beside 1,000: plans and files', value: of(many), unit: 's' },
    {
      what: 'one domain more, beside 1,000 compared with 10',
      value: median(many.map(({ seconds }, round) => seconds / (few[round]?.seconds ?? NaN))),
      unit: 'times',
    },
    {
      what: 'one domain more: files that a node writes',
      value: one?.files.length ?? NaN,
      unit: 'files',
      // One for each table that has an entry for it (3 inbound, 4 outbound), and the tenants of the policy service.
      atMost: 8,
    },
    {
      what: 'one domain more: publications',
      value: one?.publications ?? NaN,
      unit: 'publications',
      atMost: 2,
    },
  ];
}

let partitions = 0;

function identityOf({ target, digest }: PlannedPublication): string {
  return `${target} ${serialiseDigest(digest)}`;
}

async function addDomain(folder: string, size: number): Promise<Added> {
  partitions += 1;
  const partition = join(folder, `added-${partitions}`);
  const before = processRelay(size);
  await writeNode(partition, before);
  const start = performance.now();
  const after = processRelay(size + 1, before.cluster.plan.ledger);
  const files = await writeNode(partition, after);
  const known = new Set(before.cluster.plan.publications.map(identityOf));
  return {
    seconds: (performance.now() - start) / 1000,
    files,
    publications: after.cluster.plan.publications.filter((publication) => !known.has(identityOf(publication)))
      .length,
  };
}

/** Writes a node's files as `converge` does, with Postfix's `postmap`; returns the paths that changed. */
async function writeNode(partition: string, { node }: Relay): Promise<string[]> {
  const { programs, stackFacts } = placeWith();
  await writeFolders(partition, [{ path: 'var/run', mode: 0o755 }, ...node.plan.folders]);
  const written = await writeFiles(partition, renderFiles(node.plan.files, render), {
    postmap: programs['postmap'] ?? 'postmap',
    type: stackFacts['postfix-table-type'] ?? 'cdb',
  });
  return written.map(({ path }) => path).sort();
}

/** Table → key for a domain. They have an entry for each domain or each mail server. */
const growing: Readonly<Record<string, (index: number) => string>> = {
  'inbound/relay-domains': domainName,
  'inbound/own-senders': domainName,
  'inbound/transports': domainName,
  'outbound/relay-domains': domainName,
  'outbound/transports': domainName,
  'outbound/sender-transports': (index) => `@${domainName(index)}`,
  'outbound/backend_tls_policy_map': (index) => `[fd00::${backendOf(index).toString(16)}]:10025`,
};

/** Time of one look-up by `postmap`: that of many look-ups in one process, without the time of its start. */
async function lookupRows(folder: string): Promise<Row[]> {
  const partitionOf = (size: number) => join(folder, `tables-${size}`);
  for (const size of sizes) {
    await writeNode(partitionOf(size), processRelay(size));
    await writeFile(join(partitionOf(size), 'main.cf'), '');
  }
  const { programs } = placeWith();
  const query = async (size: number, table: string, keys: readonly string[]) => {
    const start = performance.now();
    const path = `cdb:${join(partitionOf(size), 'etc/postfix', table)}`;
    const options = ['-c', partitionOf(size), '-q', '-', path];
    await execa(programs['postmap'] ?? 'postmap', options, { input: keys.join('\n'), stdout: 'ignore' });
    return (performance.now() - start) * 1000;
  };
  const each = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [table, keyOf] of Object.entries(growing)) {
      for (const size of sizes) {
        const keys = Array.from({ length: lookups }, (_, index) => keyOf((index * 7919) % size));
        const start = await query(size, table, keys.slice(0, 1));
        const all = await query(size, table, keys);
        const of = `${table} ${size}`;
        each.set(of, [...(each.get(of) ?? []), (all - start) / lookups]);
      }
    }
  }
  const at = (table: string, size: number) => each.get(`${table} ${size}`) ?? [];
  return Object.keys(growing).flatMap((table): Row[] => [
    { what: `${table}: one look-up among 10,000`, value: median(at(table, 10_000)), unit: 'µs' },
    ...[1_000, 10_000].map((size): Row => ({
      what: `${table}: look-up among ${size.toLocaleString('en')} compared with 10`,
      value: median(at(table, size).map((value, round) => value / (at(table, 10)[round] ?? NaN))),
      unit: 'times',
      // A linear search would be 100 and 1,000 times.
      atMost: 3,
    })),
  ]);
}
