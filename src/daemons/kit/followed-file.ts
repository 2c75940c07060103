/** A file of converge or the portal, which is read again when another one is in its place. */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

import { OperatorError } from '../../errors.ts';

export interface FollowedFile<Value> {
  /** Absolute path. */
  path: string;
  parse: (text: string) => Value;
  /** What stays in use when the file cannot be read, for the log: `the tenants`. */
  content: string;
}

/**
 * The value as it is now; a file that is absent, empty or nonsense leaves the one before in use.
 * Throws OperatorError when there is none to begin with.
 */
export async function followFile<Value>(file: FollowedFile<Value>): Promise<() => Promise<Value>> {
  const { path, parse, content } = file;
  const read = async () => {
    const stamp = stampOf(await stat(path));
    return { stamp, text: await readFile(path, 'utf8') };
  };
  let { stamp, text } = await read().catch((error: Error) => {
    throw new OperatorError(`${path}: ${error.message}; process the partition again`);
  });
  let value = parse(text);
  const renew = async (): Promise<void> => {
    try {
      ({ stamp, text } = await read());
      value = parse(text);
    } catch (error) {
      console.error(`${path}: ${(error as Error).message}; ${content} of before stay`);
    }
  };
  // Many ask at the same time, and the file may be long: one of them reads it for all.
  let renewal: Promise<void> | null = null;
  return async () => {
    const now = await stat(path).catch(() => null);
    if (now === null || now.size === 0) return value;
    const isNew = () => stamp !== stampOf(now);
    // One that is under way may be of the file before.
    if (isNew()) await renewal;
    if (isNew())
      await (renewal ??= renew().finally(() => {
        renewal = null;
      }));
    return value;
  };
}

/** A file is replaced, not written over: two of the same size and within one tick of the clock differ by their inode. */
function stampOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino} ${mtimeMs} ${size}`;
}
