import { join } from 'node:path';
import { mustRunAsUser, type NodeIdentity } from '../run-as-user.ts';

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
