import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { OperatorError } from '../errors.ts';

/**
 * Makes the folder that somebody named, and those above it that are missing; one that is there stays as it is. Node's own
 * `recursive` tries for ever where the system says that a folder can never be made, as below /proc. Throws OperatorError
 * with the reason.
 */
export async function makeNamedFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(resolve(folder));
  } catch (error) {
    throw new OperatorError(`${folder}: ${(error as Error).message}; name a folder that can be made`, {
      cause: error,
    });
  }
}

async function makeWithParents(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeWithParents(dirname(folder));
    await mkdir(folder);
  }
}
