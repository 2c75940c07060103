/** What the demonstration found, for the report, which another process writes. */
import { join } from 'node:path';

import type { LocalNode } from '../node.ts';
import { mustRunAsUser } from '../run-as-user.ts';
import type { ShownAccount } from './passwords.ts';
import type { ShownPath } from './paths.ts';
import {
  clusterName,
  nodeName,
  type Published,
  type Requests,
  type ServerName,
  serverNames,
} from './scenario.ts';

/** Plain values: it is sent from one process to another. */
export interface Demonstrated {
  paths: ShownPath[];
  servers: Record<ServerName, Published>;
  accounts: ShownAccount[];
  /** Instance → SHA-256 of the certificate that it shows as a client, `AA:BB:…`. */
  fingerprints: Record<string, string>;
  /** Instance → folder of its partition. */
  partitions: Record<string, string>;
  masterUrl: string;
}

export async function describeDemonstration(
  node: LocalNode,
  requests: Requests,
  accounts: ShownAccount[],
  paths: ShownPath[],
): Promise<Demonstrated> {
  const instances = [clusterName, nodeName, ...serverNames];
  return {
    paths,
    accounts,
    servers: {
      mail1: await requests.requestServer('mail1'),
      mail2: await requests.requestServer('mail2'),
    },
    fingerprints: {
      mail1: await fingerprintOf(node, 'mail1', 'etc/postfix/ssl/postfix-backend.fingerprint'),
      [nodeName]: await fingerprintOf(node, nodeName, 'etc/postfix/ssl/postfix.fingerprint'),
    },
    partitions: Object.fromEntries(
      await Promise.all(instances.map(async (name) => [name, await node.partitionOf(name)] as const)),
    ),
    masterUrl: node.serverUrl,
  };
}

async function fingerprintOf(node: LocalNode, instance: string, file: string): Promise<string> {
  const line = await mustRunAsUser(node, ['cat', join(await node.partitionOf(instance), file)]);
  return line.trim().replace(/^.*=/, '');
}
