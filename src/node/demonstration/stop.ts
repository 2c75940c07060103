/** `npm run stop`: ends a node that was kept running. */
import { existsSync } from 'node:fs';

import { attachLocalNode, nodeDirectory, prepareMachine } from '../index.ts';

/** What happened, as a sentence. */
export async function stopDemonstration(directory?: string): Promise<string> {
  const folder = nodeDirectory(directory);
  if (!existsSync(folder)) return `there is no node in ${folder}`;
  const machine = await prepareMachine({ directory: folder });
  const node = await attachLocalNode(machine);
  if (node === undefined) return `no node runs in ${machine.layout.directory}`;
  await node.stop();
  return `the node in ${machine.layout.directory} is stopped; its data stays`;
}
