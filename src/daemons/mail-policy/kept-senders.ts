/**
 * Senders that do not fit into the addresses that stand for them: one folder for each day, in it lines of a token and a
 * sender, in files by the first two digits of the token. They outlive the process, and cost no memory.
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isRecent, type SenderToken } from './srs.ts';

export interface KeptSenders {
  /** Returns when the sender is on the disk. */
  keep(place: SenderToken, sender: string): Promise<void>;
  /** Null where none is kept there. */
  find(place: SenderToken): Promise<string | null>;
}

/** `clock`: milliseconds since the epoch. */
export function keptSenders(folder: string, clock: () => number = Date.now): KeptSenders {
  let writing: Promise<unknown> = Promise.resolve();
  let lastDay = '';

  const add = async ({ day, token }: SenderToken, sender: string): Promise<void> => {
    const path = fileOf({ day, token });
    const text = await textOf(path);
    if (senderIn(text, token) !== null) return;
    if (day !== lastDay) await removeExpired();
    await mkdir(join(folder, day), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    try {
      // A process that was killed may have left half a line.
      await file.writeFile(`${text === '' || text.endsWith('\n') ? '' : '\n'}${token} ${sender}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    lastDay = day;
  };
  const fileOf = ({ day, token }: SenderToken) => join(folder, day, token.slice(0, 2));
  const removeExpired = async (): Promise<void> => {
    for (const name of await readdir(folder).catch(() => []))
      if (/^[A-Z2-7]{2}$/.test(name) && !isRecent(name, clock()))
        await rm(join(folder, name), { recursive: true, force: true });
  };

  return {
    keep(place, sender) {
      const kept = writing.then(() => add(place, sender));
      writing = kept.catch(() => undefined);
      return kept;
    },
    find: async (place) => senderIn(await textOf(fileOf(place)), place.token),
  };
}

function senderIn(text: string, token: string): string | null {
  const line = text.split('\n').find((each) => each.startsWith(`${token} `));
  return line?.slice(token.length + 1) ?? null;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
