/** What an instance looks like from its node: services, files, what it told the master. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { runAsUser } from '../../../src/local-node/run-as-user.ts';
import { connectLines, type Endpoint } from './line-client.ts';
import type { MailNode } from './mail-node.ts';

/** `service: pid` of all services of a mail server, all of which run. */
export async function servicePids({ node }: MailNode, partition: string): Promise<Record<string, string>> {
  const services = (await node.serviceStatus()).filter((one) => partition.endsWith(`/${one.partition}`));
  return Object.fromEntries(
    services.map(({ name, state, detail }) => [
      name.replace(/-on-watch$/, ''),
      state === 'RUNNING' ? (/pid (\d+)/.exec(detail)?.[1] ?? detail) : state,
    ]),
  );
}

/** Path → inode and time of the last change, of all files at or below `paths` of a partition. */
export async function fileStates(
  partition: string,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  for (const path of paths) {
    const status = await lstat(join(partition, path), { bigint: true });
    if (status.isDirectory()) {
      const entries = await readdir(join(partition, path));
      const inside = entries.map((entry) => join(path, entry));
      Object.assign(states, await fileStates(partition, inside));
    } else states[path] = `${status.ino} ${status.mtimeNs}`;
  }
  return states;
}

/** Paths that are new, gone or different. */
export function changedPaths(before: Record<string, string>, after: Record<string, string>): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).sort();
}

/** How often anybody published anything at the node's master. */
export async function publicationCount({ node }: MailNode): Promise<number> {
  const log = await readFile(join(node.layout.logDirectory, 'slapproxy.log'), 'utf8');
  return log.match(/POST \/setComputerPartitionConnectionXml/g)?.length ?? 0;
}

/** Runs a program of a partition's `bin/` as its user. Output is both streams. */
export function runTool(
  { node }: MailNode,
  partition: string,
  name: string,
  ...args: string[]
): Promise<{ exitCode: number | undefined; output: string }> {
  return runAsUser(node, [join(partition, 'bin', name), ...args]);
}

/** SHA-256 of the certificate that is served by TLS from the start. */
export function servedByTls({ host, port }: Endpoint): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** SHA-256 of the certificate that SMTP serves after STARTTLS. */
export async function servedBySmtp(endpoint: Endpoint): Promise<string | undefined> {
  const client = await connectLines(endpoint);
  try {
    await client.until(/^220 /);
    await client.command('EHLO client.example', /^250 /);
    await client.command('STARTTLS', /^220 /);
    await client.secure();
    return client.certificate()?.fingerprint256;
  } finally {
    client.close();
  }
}
