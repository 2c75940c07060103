/**
 * Domains that were relayed here and are not any more. For some days that may be lag or a mistake, and their mail is put off; then it
 * is refused, so that whoever writes hears of it at once. What it knows outlives the process.
 */
import { readFile } from 'node:fs/promises';

import { writeFileAtomically } from '../../host/write-file.ts';

export interface LeftDomains {
  /** Tells which domains are relayed now. The same map as before costs nothing. */
  follow(relayed: ReadonlyMap<string, unknown>): Promise<void>;
  /** Whether the domain (lower case) left so long ago that its mail is refused. */
  isGone(domain: string): boolean;
}

/** Longer than mail servers try (RFC 5321, 4.5.4.1), and than they remember MX records. */
const putOffDays = 7;
const day = 86_400_000;
/** More are not remembered: the earliest ones are put off again. */
const maxLeft = 20_000;

interface Known {
  relayed: ReadonlySet<string>;
  /** Domain → when it left, milliseconds since the epoch; the earliest first. */
  left: ReadonlyMap<string, number>;
}

/** `clock`: milliseconds since the epoch. */
export async function leftDomains(path: string, clock: () => number = Date.now): Promise<LeftDomains> {
  let known = await readKnown(path);
  let followed: ReadonlyMap<string, unknown> | null = null;
  let saving: Promise<void> = Promise.resolve();

  return {
    async follow(relayed) {
      if (relayed !== followed) {
        followed = relayed;
        const left = new Map([...known.left].filter(([domain]) => !relayed.has(domain)));
        for (const domain of known.relayed) if (!relayed.has(domain)) left.set(domain, clock());
        for (const earliest of left.keys()) {
          if (left.size <= maxLeft) break;
          left.delete(earliest);
        }
        known = { relayed: new Set(relayed.keys()), left };
        const text = `${JSON.stringify({ relayed: [...known.relayed], left: Object.fromEntries(left) })}\n`;
        saving = saving
          .then(() => writeFileAtomically(path, text, 0o600))
          .catch((error: Error) => console.error(error.message));
      }
      await saving;
    },
    isGone(domain) {
      const since = known.left.get(domain);
      return since !== undefined && clock() - since > putOffDays * day;
    },
  };
}

/** Nothing where there is no such file yet, or what stands in it is none of this. */
async function readKnown(path: string): Promise<Known> {
  try {
    const { relayed, left } = JSON.parse(await readFile(path, 'utf8')) as {
      relayed: string[];
      left: Record<string, number>;
    };
    return { relayed: new Set(relayed), left: new Map(Object.entries(left)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') console.error((error as Error).message);
    return { relayed: new Set(), left: new Map() };
  }
}
