import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { waitUntil } from '../wait-until.ts';

const patience = 30_000;

/** Source of the message with this subject, once the stand-in delivery service has it in `folder`. Rejects after half a minute. */
export async function deliveredMessage(folder: string, subject: string): Promise<string> {
  let found: string | undefined;
  const look = async () => {
    const files = await readdir(folder);
    const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    found = sources.find((source) => source.includes(`Subject: ${subject}\r\n`));
    return found !== undefined;
  };
  if ((await waitUntil(look, patience)) && found !== undefined) return found;
  throw new Error(
    `the stand-in delivery service has got no message "${subject}" within ${patience / 1000} seconds`,
  );
}
