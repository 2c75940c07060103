import { join } from 'node:path';

import type { LocalNode } from '../../../src/local-node/lifecycle/node.ts';
import { runAsUser } from '../../../src/local-node/run-as-user.ts';
import { supervisordConfiguration } from '../../../src/local-node/lifecycle/stop.ts';

/** Stops or starts one service of a partition; its watchdog does not take that for an accident. */
export async function controlService(
  node: LocalNode,
  partition: string,
  action: 'stop' | 'start',
  service: string,
): Promise<void> {
  const services = await node.serviceStatus();
  const one = services.find((each) => partition.endsWith(`/${each.partition}`) && each.name === service);
  if (one === undefined) throw new Error(`${partition} has no service ${service}`);
  const { exitCode, output } = await runAsUser(node, [
    ...[join(node.layout.venv, 'bin/supervisorctl'), '-c', supervisordConfiguration(node)],
    ...[action, `${one.partition}:${one.name}-on-watch`],
  ]);
  if (exitCode !== 0) throw new Error(output);
}
