import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { waitUntil } from '../wait-until.ts';

/** Milliseconds. */
const timeout = 30_000;

/** Waits until the stand-in delivery service has the message with this subject in `folder`; returns its source. */
export async function deliveredMessage(folder: string, subject: string): Promise<string> {
  let found: string | undefined;
  const look = async () => {
    const files = await readdir(folder);
    const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    found = sources.find((source) => source.includes(`Subject: ${subject}\r\n`));
    return found !== undefined;
  };
  if ((await waitUntil(look, timeout)) && found !== undefined) return found;
  throw new Error(
    `the stand-in delivery service received no message "${subject}" within ${timeout / 1000} seconds`,
  );
}
