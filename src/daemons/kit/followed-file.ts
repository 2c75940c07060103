/** A file of converge or the portal, which is read again when another one is in its place. */
import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

import { OperatorError } from '../../errors.ts';

export interface FollowedFileOptions<Value> {
  /** Absolute path. */
  path: string;
  /** Throws an error that names the path when `text` is nonsense. */
  parse: (text: string, path: string) => Value;
  /** What stays in use when the file cannot be read, for the log: `the tenants`. */
  content: string;
  /** Takes a problem with a file that was good before; standard error without it. */
  report?: (problem: string) => void;
}

export interface FollowedFile<Value> {
  /** As it was read last. */
  readonly current: Value;
  /**
   * As it is now: reads the file if it is another one than before. One that is absent, empty or nonsense leaves the value
   * before in use, and is reported once.
   */
  latest(): Promise<Value>;
}

/** Throws OperatorError when the file cannot be read to begin with, and what `parse` throws. */
export async function followFile<Value>(options: FollowedFileOptions<Value>): Promise<FollowedFile<Value>> {
  const { path, parse, content } = options;
  const report = options.report ?? ((problem: string) => console.error(problem));
  // The stamp first: a file that is replaced between the two is read once more.
  const read = async () => ({ stamp: stampOf(await stat(path)), text: await readFile(path, 'utf8') });
  const first = await read().catch((error: Error) => {
    throw new OperatorError(`${error.message}; process the partition again`);
  });
  let value = parse(first.text, path);
  let seen = first.stamp;
  let reported = '';
  let renewal: Promise<void> | null = null;

  const renew = async (): Promise<void> => {
    try {
      const { stamp, text } = await read();
      seen = stamp;
      if (text === '') throw new OperatorError(`${path} is empty`);
      value = parse(text, path);
      reported = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== reported) report(`${message}; ${content} before stay in use`);
      reported = message;
    }
  };
  return {
    get current() {
      return value;
    },
    async latest() {
      // Also where there is none: the reason is in what `renew` reports.
      const now = await stat(path).then(stampOf, () => 'absent');
      // Many ask at the same time, and the file may be long: one of them reads it for all.
      if (seen !== now) await renewal;
      // What was under way may have been of the file before.
      if (seen !== now)
        await (renewal ??= renew().finally(() => {
          renewal = null;
        }));
      return value;
    },
  };
}

/** A file is replaced, not written over: two of the same size and within one tick of the clock differ by their inode. */
function stampOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino} ${mtimeMs} ${size}`;
}
