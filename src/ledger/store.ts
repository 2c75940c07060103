/** The ledger of a partition. Any number of processes may read it; only one changes it at a time. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { lock } from 'proper-lockfile';

import { OperatorError } from '../errors.ts';
import { readGeneration, writeGeneration } from './generations.ts';
import {
  type LedgerFile,
  ledgerFiles,
  LedgerProblem,
  type LedgerText,
  parseLedger,
  serialiseLedger,
} from './text.ts';
import { emptyLedger, type Ledger } from './types.ts';

export interface LedgerStore {
  /** `srv/ledger` of the partition. */
  folder: string;
  /** `srv/mail` of the partition. */
  mailFolder: string;
}

export function ledgerStore(partition: string): LedgerStore {
  return { folder: join(partition, 'srv/ledger'), mailFolder: join(partition, 'srv/mail') };
}

/** An empty ledger if there has never been one. Throws OperatorError if it cannot be read. */
export async function readLedger(store: LedgerStore): Promise<Ledger> {
  const read = await readGeneration(store.folder);
  return read === null ? emptyLedger : parseOnce(store, read.text);
}

/** The last ledger of each store, as it is read several times in one run and at each request of the portal. */
const lastParsed = new WeakMap<LedgerStore, { text: LedgerText; ledger: Ledger }>();

function parseOnce(store: LedgerStore, text: LedgerText): Ledger {
  const last = lastParsed.get(store);
  if (last && sameText(last.text, text)) return last.ledger;
  const ledger = parseLedger(text, join(store.folder, 'current'));
  lastParsed.set(store, { text, ledger });
  return ledger;
}

function sameText(one: LedgerText, other: LedgerText): boolean {
  return ledgerFiles.every((file) => one[file] === other[file]);
}

/**
 * Runs `change` on the current ledger, under a lock, and writes the ledger that it returns if its text is another.
 * `change` may write derived files too; if it throws, the ledger is not written. Before that it may `check` a ledger, which throws
 * when that could not be written.
 */
export async function changeLedger<Result>(
  store: LedgerStore,
  change: (
    ledger: Ledger,
    check: (next: Ledger) => void,
  ) => Promise<{ ledger: Ledger; result: Result }> | { ledger: Ledger; result: Result },
): Promise<Result> {
  await mkdir(store.folder, { recursive: true, mode: 0o700 });
  const unlock = await lockLedger(store);
  try {
    const before = await readGeneration(store.folder);
    const ledger = before === null ? emptyLedger : parseOnce(store, before.text);
    const prepared = new WeakMap<Ledger, PreparedLedger>();
    const prepare = (next: Ledger): PreparedLedger => {
      const known = prepared.get(next) ?? prepareLedger(next, store, before?.text);
      prepared.set(next, known);
      return known;
    };
    const { ledger: next, result } = await change(ledger, prepare);
    const { after, isChanged, readable } = prepare(next);
    if (isChanged) await writeGeneration(store.folder, before, after);
    if (readable) lastParsed.set(store, { text: after, ledger: readable });
    return result;
  } finally {
    await unlock();
  }
}

/** Files that must agree with each other. */
const addressFiles: readonly LedgerFile[] = ['users', 'holders', 'aliases'];

interface PreparedLedger {
  after: LedgerText;
  isChanged: boolean;
  /** As it will be read; not made when the addresses are the same as before. */
  readable: Ledger | undefined;
}

function prepareLedger(
  next: Ledger,
  { mailFolder }: LedgerStore,
  before: LedgerText | undefined,
): PreparedLedger {
  const after = serialiseLedger(next, mailFolder);
  const changed = ledgerFiles.filter((file) => before?.[file] !== after[file]);
  const readable = changed.some((file) => addressFiles.includes(file)) ? readAgain(after) : undefined;
  return { after, isChanged: changed.length > 0, readable };
}

/** Parses what is to be written: an unreadable line would stop the instance for all its requesters. */
function readAgain(text: LedgerText): Ledger {
  try {
    return parseLedger(text, 'next');
  } catch (error) {
    const reason = error instanceof LedgerProblem ? error.reason : String(error);
    throw new Error(`the next ledger could not be read again: ${reason}; the one before stays`, {
      cause: error,
    });
  }
}

/** Keeps others from changing the ledger until the function that it gives is called. Throws OperatorError when somebody else does. */
export async function lockLedger(store: Pick<LedgerStore, 'folder'>): Promise<() => Promise<void>> {
  try {
    // The lock of a killed process is taken over after `stale` milliseconds.
    return await lock(store.folder, {
      stale: 10_000,
      // If `change` takes longer than that, another process may have written: `writeGeneration` then refuses.
      onCompromised: () => undefined,
      retries: { retries: 120, minTimeout: 20, maxTimeout: 200, factor: 1.2 },
    });
  } catch (error) {
    throw new OperatorError(
      `${store.folder} is locked by another process (${(error as Error).message}); see who uses ${store.folder}.lock`,
    );
  }
}
