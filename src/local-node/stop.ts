import { join } from 'node:path';
import {
  endProcesses,
  isRunning,
  type Process,
  processesWith,
  processTree,
  runningFromPidFile,
} from './processes.ts';
import type { NodeIdentity } from './run-as-user.ts';
import { findSlapproxy, stopSlapproxy } from './slapproxy/server.ts';

/** supervisord gives each program a minute to end before it kills it. */
const patience = 90_000;

/** Made by slapgrid. */
export function supervisordConfiguration({ layout }: NodeIdentity): string {
  return join(layout.instanceRoot, 'etc/supervisord.conf');
}

/** The supervisord that slapgrid started for the partitions, if it runs. */
function findSupervisord(node: NodeIdentity): Process | undefined {
  return runningFromPidFile(node.layout.supervisordPidFile, supervisordConfiguration(node));
}

/** True while the node's slapproxy runs. */
export function nodeIsRunning(node: NodeIdentity): boolean {
  return findSlapproxy(node) !== undefined;
}

/** Ends all processes of the node and waits for them: slapgrid, then supervisord with its programs, then slapproxy. */
export async function stopNode(node: NodeIdentity): Promise<void> {
  const { layout } = node;
  const passes = ['instance', 'software', 'report']
    .map((command) => runningFromPidFile(join(layout.runDirectory, `slapgrid-${command}.pid`), layout.slapos))
    .filter((pass) => pass !== undefined);
  // A buildout that has lost its slapgrid would go on, and may even start things.
  await endProcesses(
    passes.flatMap((pass) => processTree(pass)),
    10_000,
  );

  await endServices(node);
  await stopSlapproxy(node);
}

/** Ends supervisord and all its programs, also those of an earlier one that is gone. */
async function endServices(node: NodeIdentity): Promise<void> {
  const supervisord = findSupervisord(node);
  const all = withDescendants([...(supervisord === undefined ? [] : [supervisord]), ...programs(node)]);
  if (supervisord !== undefined) await endProcesses([supervisord], patience);
  // What made a session of its own, or lost its supervisord.
  await endProcesses(all.filter(isRunning), 10_000);
}

/** Ends programs whose supervisord was killed: they would keep the ports of those that the next one starts. */
export async function endOrphans(node: NodeIdentity): Promise<void> {
  const supervisord = findSupervisord(node);
  const supervised = new Set(
    (supervisord === undefined ? [] : processTree(supervisord)).map(({ pid }) => pid),
  );
  const orphans = withDescendants(programs(node)).filter(({ pid }) => !supervised.has(pid));
  await endProcesses(orphans, 10_000);
}

/** All processes that some supervisord of this node started, as far as they keep their environment. */
function programs({ layout }: NodeIdentity): Process[] {
  return processesWith(`SUPERVISOR_SERVER_URL=unix://${join(layout.instanceRoot, 'sv.sock')}`);
}

function withDescendants(roots: readonly Process[]): Process[] {
  const all = roots.flatMap((root) => processTree(root));
  return [...new Map(all.map((one) => [one.pid, one])).values()];
}
