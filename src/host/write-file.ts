/** One file, replaced whole: a reader, a crash or a full disk meets the old content or the new one. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { OperatorError } from '../errors.ts';

/** The mode is set before there is any content. Throws OperatorError when it cannot be written. */
export async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new OperatorError(
      `${path} could not be written: ${(error as Error).message}; the one before stays`,
    );
  }
}

/** Where the new content is written first: the same name each time, so that the next run finds what a killed one left. */
export function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

/** Whether the file has this content and mode already. */
export async function isAsPlanned(path: string, content: string, mode: number): Promise<boolean> {
  try {
    const [text, { mode: actual }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return text === content && (actual & 0o777) === mode;
  } catch {
    return false;
  }
}
