/** A real DNS server for a private network and mount namespace, in which it becomes the only one. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { eventually } from './eventually.ts';

export interface NameServer {
  /** `record`: one in the notation of zone files, with absolute names. */
  add(record: string): Promise<void>;
  stop(): Promise<void>;
}

/** Answers with `records`, refuses to about `broken` domains, and is silent about `silent` ones; no other name exists. */
export async function startNameServer(
  records: readonly string[],
  broken: readonly string[] = [],
  silent: readonly string[] = [],
): Promise<NameServer> {
  const folder = await mkdtemp(join(tmpdir(), 'smt-dns-'));
  const configuration = join(folder, 'unbound.conf');
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(configuration, configurationOf(folder, records, broken, silent));
  await writeFile(resolvConf, 'nameserver 127.0.0.1\n');
  await execa('chmod', ['-R', 'a+rX', folder]);
  await execa('mount', ['--bind', resolvConf, '/etc/resolv.conf']);
  const server = spawn('unbound', ['-d', '-c', configuration], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers(['127.0.0.1']);
  await eventually('the name server answers', async () => {
    const answer = await resolver
      .resolveTxt('nothing.invalid')
      .catch((error: NodeJS.ErrnoException) => error);
    return 'code' in answer && answer.code === 'ENOTFOUND';
  });
  return {
    async add(record) {
      await execa('unbound-control', ['-c', configuration, 'local_data', record]);
    },
    async stop() {
      server.kill();
      await ended;
      await execa('umount', ['/etc/resolv.conf']);
      await rm(folder, { recursive: true });
    },
  };
}

function configurationOf(
  folder: string,
  records: readonly string[],
  broken: readonly string[],
  silent: readonly string[],
): string {
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
