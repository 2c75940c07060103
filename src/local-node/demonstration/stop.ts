/** `npm run stop`: stops a node that was left running, and the services around it. */
import { existsSync } from 'node:fs';

import type { NodeIdentity } from '../run-as-user.ts';
import { existingMachine, nodeDirectory } from '../setup/prepare-machine.ts';
import { nodeIsRunning, stopNode } from '../lifecycle/stop.ts';
import { endChildren } from './child-process.ts';

/** Stops the node in `directory`, and returns what happened as a sentence. */
export async function stopDemonstration(directory?: string): Promise<string> {
  const folder = nodeDirectory(directory);
  if (!existsSync(folder)) return `there is no node in ${folder}`;
  const stopped = await stopEverything(await existingMachine(folder));
  return stopped ? `the node in ${folder} is stopped; its data stays` : `no node runs in ${folder}`;
}

/**
 * Ends all processes of the node and of the demonstration; with the last of them, their namespace ends too. Works from
 * outside of the namespace. True if there were any processes.
 */
export async function stopEverything(machine: NodeIdentity): Promise<boolean> {
  const nodeRan = nodeIsRunning(machine);
  const childrenRan = await endChildren(machine.layout);
  await stopNode(machine);
  return nodeRan || childrenRan;
}
