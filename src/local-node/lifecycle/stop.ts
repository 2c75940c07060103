import { join } from 'node:path';
import {
  endProcesses,
  isRunning,
  type Process,
  processesWith,
  processTree,
  runningFromPidFile,
} from '../processes.ts';
import type { NodeIdentity } from '../run-as-user.ts';
import { findSlapproxy, stopSlapproxy } from '../slapproxy/server.ts';

/** Milliseconds: supervisord itself waits a minute for each program before it kills it. */
const supervisordTimeout = 90_000;

/** Path of the configuration that slapgrid writes for supervisord. */
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

/** Ends slapgrid, then supervisord with its programs, then slapproxy, and waits until all of them have ended. */
export async function stopNode(node: NodeIdentity): Promise<void> {
  const { layout } = node;
  const passes = ['instance', 'software', 'report']
    .map((command) => runningFromPidFile(join(layout.runDirectory, `slapgrid-${command}.pid`), layout.slapos))
    .filter((pass) => pass !== undefined);
  // A buildout goes on when its slapgrid has ended, and may even start programs.
  await endProcesses(
    passes.flatMap((pass) => processTree(pass)),
    10_000,
  );

  await endServices(node);
  await stopSlapproxy(node);
}

/** Ends supervisord and all its programs, also programs of an earlier supervisord that no longer runs. */
async function endServices(node: NodeIdentity): Promise<void> {
  const supervisord = findSupervisord(node);
  const all = withDescendants([...(supervisord === undefined ? [] : [supervisord]), ...programs(node)]);
  if (supervisord !== undefined) await endProcesses([supervisord], supervisordTimeout);
  // Those that left supervisord's session, or whose supervisord had ended before.
  await endProcesses(all.filter(isRunning), 10_000);
}

/** Ends programs whose supervisord was killed: they would occupy the ports of the programs that the next one starts. */
export async function endOrphans(node: NodeIdentity): Promise<void> {
  const supervisord = findSupervisord(node);
  const supervised = new Set(
    (supervisord === undefined ? [] : processTree(supervisord)).map(({ pid }) => pid),
  );
  const orphans = withDescendants(programs(node)).filter(({ pid }) => !supervised.has(pid));
  await endProcesses(orphans, 10_000);
}

/** All processes that a supervisord of this node started, except those that cleared their environment. */
function programs({ layout }: NodeIdentity): Process[] {
  return processesWith(`SUPERVISOR_SERVER_URL=unix://${join(layout.instanceRoot, 'sv.sock')}`);
}

function withDescendants(roots: readonly Process[]): Process[] {
  const all = roots.flatMap((root) => processTree(root));
  return [...new Map(all.map((one) => [one.pid, one])).values()];
}
