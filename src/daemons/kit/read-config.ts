/** A configuration that is read once, at the start. */
import { readFile } from 'node:fs/promises';

import { OperatorError } from '../../errors.ts';

/** Throws OperatorError when the file cannot be read, and what `parse` throws. */
export async function readConfig<Config>(
  path: string,
  parse: (text: string, path: string) => Config,
): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new OperatorError(`${error.message}; process the partition again`);
  });
  return parse(text, path);
}
