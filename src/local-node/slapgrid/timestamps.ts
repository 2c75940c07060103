import { join } from 'node:path';
import { mustRunAsUser, runAsUser, type NodeIdentity } from '../run-as-user.ts';
import type { AllocatedPartition } from '../slapproxy/calls.ts';

/**
 * Makes the next pass process all partitions, or those in `only`, even if they have not changed at the master.
 * slapgrid's `--force` cannot replace it: with that, a partition that fails counts as up to date in the next pass.
 */
export async function forgetTimestamps(
  { layout, user }: NodeIdentity,
  only?: readonly string[],
): Promise<void> {
  const roots = only?.map((partition) => join(layout.instanceRoot, partition)) ?? [layout.instanceRoot];
  const depth = only === undefined ? '2' : '1';
  await mustRunAsUser({ layout, user }, [
    'find',
    ...roots,
    '-maxdepth',
    depth,
    '-name',
    '.timestamp',
    '-delete',
  ]);
}

/**
 * Ids of the partitions that the next pass would process: slapgrid writes the master's timestamp into a partition
 * when it has processed it without an error, and skips it while the master tells the same one.
 */
export async function pendingPartitions(
  { layout, user }: NodeIdentity,
  partitions: readonly AllocatedPartition[],
): Promise<string[]> {
  const fileOf = (id: string): string => join(layout.instanceRoot, id, '.timestamp');
  // Missing files are skipped. Node's own readFile may not enter the partitions of another user.
  const { output } = await runAsUser({ layout, user }, [
    'grep',
    '--with-filename',
    '--no-messages',
    '',
    ...partitions.map(({ id }) => fileOf(id)),
  ]);
  const processed = new Set(output.split('\n'));
  return partitions
    .filter(({ id, timestamp }) => !processed.has(`${fileOf(id)}:${timestamp}`))
    .map(({ id }) => id);
}
