/** The ledger of a partition: read by whoever wants to, changed by one at a time. */
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

/** The ledger as it is; an empty one when there has never been any. Throws OperatorError when it cannot be read. */
export async function readLedger(store: LedgerStore): Promise<Ledger> {
  const read = await readGeneration(store.folder);
  return read === null ? emptyLedger : parseOnce(store, read.text);
}

/** What each store's ledger said last: it is read several times in a processing, and at each request of the portal. */
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
 * Runs `change` with the ledger as it is and nobody else writing, and keeps what it returns. Nothing is written when
 * the text stays the same. `change` may write derived files too; the ledger is written after them only if it returns.
 */
export async function changeLedger<Result>(
  store: LedgerStore,
  change: (
    ledger: Ledger,
  ) => Promise<{ ledger: Ledger; result: Result }> | { ledger: Ledger; result: Result },
): Promise<Result> {
  await mkdir(store.folder, { recursive: true, mode: 0o700 });
  const unlock = await lockLedger(store);
  try {
    const before = await readGeneration(store.folder);
    const ledger = before === null ? emptyLedger : parseOnce(store, before.text);
    const { ledger: next, result } = await change(ledger);
    const after = serialiseLedger(next, store.mailFolder);
    const changed = ledgerFiles.filter((file) => before?.text[file] !== after[file]);
    const readable = changed.some((file) => addressFiles.includes(file)) ? readAgain(after) : undefined;
    if (changed.length > 0) await writeGeneration(store.folder, before, after);
    if (readable) lastParsed.set(store, { text: after, ledger: readable });
    return result;
  } finally {
    await unlock();
  }
}

/** Those that must agree with each other. */
const addressFiles: readonly LedgerFile[] = ['users', 'holders', 'aliases'];

/** As it will be read. One line that cannot be read stops an instance for all its requesters, so none is ever written. */
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

async function lockLedger(store: LedgerStore): Promise<() => Promise<void>> {
  try {
    // A process that was killed leaves its lock; it counts as left after `stale` milliseconds.
    return await lock(store.folder, {
      stale: 10_000,
      // Whoever computes that long may find it taken: `writeGeneration` looks, and then writes nothing.
      onCompromised: () => undefined,
      retries: { retries: 120, minTimeout: 20, maxTimeout: 200, factor: 1.2 },
    });
  } catch (error) {
    throw new OperatorError(
      `${store.folder} is locked by another process (${(error as Error).message}); see who uses ${store.folder}.lock`,
    );
  }
}
