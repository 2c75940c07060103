/** What the demonstration found. Plain values, because one process sends them to another, which writes the report. */
import { join } from 'node:path';

import type { LocalNode } from '../lifecycle/node.ts';
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

export interface Findings {
  paths: ShownPath[];
  servers: Record<ServerName, Published>;
  accounts: ShownAccount[];
  /** Instance → SHA-256 fingerprint of its client certificate, `AA:BB:…`. */
  fingerprints: Record<string, string>;
  /** Instance → folder of its partition. */
  partitions: Record<string, string>;
  masterUrl: string;
}

export async function gatherFindings(
  node: LocalNode,
  requests: Requests,
  accounts: ShownAccount[],
  paths: ShownPath[],
): Promise<Findings> {
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
