import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { localNode, type LocalNode } from './node.ts';
import { partitionId, type NodeLayout } from '../layout.ts';
import { partitionAddresses, type PartitionAddresses } from '../partition-addresses.ts';
import type { OnProgress } from '../progress.ts';
import { mustRunAsUser, writeAsUser, type NodeIdentity } from '../run-as-user.ts';
import { renderSlaposCfg, type SlapproxyAddress } from '../slapos-cfg.ts';
import { renderSlaposProgram, renderWatchdog } from '../slapos-programs.ts';
import {
  answers,
  canListen,
  chooseProxyAddress,
  configuredProxy,
  findSlapproxy,
  startSlapproxy,
} from '../slapproxy/server.ts';
import { formatPartitions } from '../slapproxy/calls.ts';
import { endOrphans } from './stop.ts';
import { forgetTimestamps } from '../slapgrid/timestamps.ts';
import { withLock } from '../with-lock.ts';

/** prepareMachine returns `layout` and `user`. */
export interface StartOptions extends NodeIdentity, PartitionAddresses {
  /** A node that already has more partitions keeps them. */
  readonly partitionCount: number;
  readonly onProgress?: OnProgress;
}

/**
 * Starts the node, or attaches to it if it runs, and makes its partitions. May be repeated, also with more partitions.
 * Throws OperatorError for addresses that this machine does not have, and when slapproxy does not start.
 */
export async function startLocalNode(options: StartOptions): Promise<LocalNode> {
  const { layout, user, onProgress = () => undefined } = options;
  const node = { layout, user };
  const count = Math.max(options.partitionCount, existingPartitions(layout));
  await checkAddresses(options, count);
  const folders = [
    layout.binDirectory,
    layout.softwareRoot,
    layout.instanceRoot,
    layout.logDirectory,
    layout.runDirectory,
  ];
  const partitions = Array.from({ length: count }, (_, index) =>
    join(layout.instanceRoot, partitionId(index)),
  );
  // slapgrid refuses a partition with any other mode.
  await mustRunAsUser(node, ['install', '-d', '-m', '0750', ...folders, ...partitions]);

  return withLock(layout.directory, 'start', async () => {
    const address = await runningProxy(node);
    const { host, port } = address ?? (await start(node, onProgress));
    const serverUrl = urlOf({ host, port });
    await formatPartitions(serverUrl, count, options);
    return localNode(node, serverUrl, onProgress);
  });
}

async function start(node: NodeIdentity, onProgress: OnProgress): Promise<SlapproxyAddress> {
  onProgress('SlapOS master: starting');
  const { layout } = node;
  const address = await chooseProxyAddress(node);
  await writeAsUser(node, layout.slaposCfg, '0640', { input: renderSlaposCfg(layout, address) });
  await writeAsUser(node, layout.slapos, '0750', { input: renderSlaposProgram(layout) });
  await writeAsUser(node, layout.watchdog, '0750', { input: renderWatchdog(layout) });
  await endOrphans(node);
  // Then the next pass processes all partitions: slapgrid starts the services of processed partitions only, and the
  // master's URL, which partitions hold, may have changed.
  await forgetTimestamps(node);
  await startSlapproxy(node, address);
  return address;
}

async function runningProxy(node: NodeIdentity): Promise<SlapproxyAddress | undefined> {
  const address = findSlapproxy(node) === undefined ? undefined : configuredProxy(node);
  return address !== undefined && (await answers(address.port)) ? address : undefined;
}

async function checkAddresses(addresses: PartitionAddresses, count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => partitionAddresses(addresses, index));
  for (const address of new Set(all.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]))) {
    if (await canListen(address)) continue;
    throw new OperatorError(
      `Address ${address}: nothing can listen on it, because this machine does not have it; add it to the machine (ip address show lists those that it has), or give the node another one`,
    );
  }
}

function existingPartitions({ instanceRoot }: NodeLayout): number {
  try {
    return readdirSync(instanceRoot).filter((name) => /^slappart\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}

const urlOf = ({ host, port }: SlapproxyAddress): string => `http://${host}:${port}/`;
