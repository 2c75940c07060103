/** A DNS server, the only one that programs in a private network and mount namespace ask (see prepare.sh). */
import { spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';

import { waitUntil } from '../wait-until.ts';

export interface NameServer {
  /** Adds a record, in the notation of zone files, with absolute names. */
  add(record: string): Promise<void>;
  stop(): Promise<void>;
}

export interface NameServerOptions {
  /** Absolute path for its configuration; made at the start and removed at the end. */
  readonly folder: string;
  /** Records in the notation of zone files, with absolute names. */
  readonly records: readonly string[];
  /** Domains for which it answers REFUSED. */
  readonly broken?: readonly string[];
  /** Domains for which it does not answer. */
  readonly silent?: readonly string[];
}

const configurationFile = (folder: string): string => join(folder, 'unbound.conf');

/** Starts it with `records`; names without a record do not exist (NXDOMAIN). */
export async function startNameServer(options: NameServerOptions): Promise<NameServer> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  await writeFile(configurationFile(folder), configurationOf(options));
  const server = spawn('unbound', ['-d', '-c', configurationFile(folder)], {
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => server.once('close', resolve).once('error', () => resolve()));
  if (!(await waitUntil(answers, 10_000))) throw new Error('unbound does not answer');
  return {
    add: (record) => addRecord(folder, record),
    async stop() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Adds a record to the name server whose configuration is in `folder`; works from any process. */
export async function addRecord(folder: string, record: string): Promise<void> {
  await execa('/usr/sbin/unbound-control', ['-c', configurationFile(folder), 'local_data', record]);
}

async function answers(): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers(['127.0.0.1']);
  const answer = await resolver.resolveTxt('nothing.invalid').catch((error: NodeJS.ErrnoException) => error);
  return 'code' in answer && answer.code === 'ENOTFOUND';
}

function configurationOf({ folder, records, broken = [], silent = [] }: NameServerOptions): string {
  return [
    'server:',
    ' interface: 127.0.0.1',
    ' username: ""',
    ' chroot: ""',
    ' pidfile: ""',
    ' use-syslog: no',
    ' verbosity: 0',
    ` directory: "${folder}"`,
    ' module-config: "iterator"',
    ' local-zone: "." static',
    ...broken.map((domain) => ` local-zone: "${domain}" always_refuse`),
    ...silent.map((domain) => ` local-zone: "${domain}" always_deny`),
    ...records.map((record) => ` local-data: '${record}'`),
    'remote-control:',
    ' control-enable: yes',
    ` control-interface: ${folder}/control`,
    ' control-use-cert: no',
    '',
  ].join('\n');
}
