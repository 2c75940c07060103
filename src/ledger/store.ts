/**
 * The ledger on disk. `srv/ledger/current` points to a folder with one generation of all files; a change makes the
 * next folder whole and then moves the link, so that a reader, a crash or a full disk meets the old or the new
 * generation and nothing between. `previous` keeps the one before, for an operator's `diff`.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { lock } from 'proper-lockfile';

import { OperatorError } from '../errors.ts';
import { type LedgerFile, type LedgerText, ledgerFiles, parseLedger, serialiseLedger } from './text.ts';
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
  const text = await readText(store);
  return text === null ? emptyLedger : parsed(store, text);
}

/** What was parsed last: the portal reads an unchanged ledger again and again, and parsing it takes longest. */
const parsedLast = new WeakMap<LedgerStore, { text: LedgerText; ledger: Ledger }>();

function parsed(store: LedgerStore, text: LedgerText): Ledger {
  const last = parsedLast.get(store);
  if (last !== undefined && ledgerFiles.every((file) => last.text[file] === text[file])) return last.ledger;
  const ledger = parseLedger(text, join(store.folder, 'current'));
  parsedLast.set(store, { text, ledger });
  return ledger;
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
    const before = await readText(store);
    const ledger = before === null ? emptyLedger : parsed(store, before);
    const { ledger: next, result } = await change(ledger);
    const after = serialiseLedger(next, store.mailFolder);
    if (before === null || ledgerFiles.some((file) => before[file] !== after[file])) {
      await writeGeneration(store, before, after);
    }
    return result;
  } finally {
    await unlock();
  }
}

async function lockLedger(store: LedgerStore): Promise<() => Promise<void>> {
  try {
    // A process that was killed leaves its lock; it counts as left after `stale` milliseconds.
    return await lock(store.folder, {
      stale: 10_000,
      retries: { retries: 120, minTimeout: 20, maxTimeout: 200, factor: 1.2 },
    });
  } catch (error) {
    throw new OperatorError(
      `${store.folder} is locked by another process (${(error as Error).message}); see who uses ${store.folder}.lock`,
    );
  }
}

/** How often a reader may be overtaken by two changes, after which the generation that it reads is gone. */
const overtakings = 5;

async function readText(store: LedgerStore): Promise<LedgerText | null> {
  for (let attempt = 1; ; attempt += 1) {
    const generation = await currentGeneration(store);
    if (generation === null) return null;
    try {
      const texts = await Promise.all(
        ledgerFiles.map((file) => readLedgerFile(join(store.folder, generation), file)),
      );
      // What was not there may have been removed while we read: then there is another generation by now.
      if (!texts.some(([, text]) => text === null) || (await currentGeneration(store)) === generation) {
        return Object.fromEntries(texts.map(([file, text]) => [file, text ?? ''])) as LedgerText;
      }
    } catch (error) {
      if (attempt < overtakings && (await currentGeneration(store)) !== generation) continue;
      const reason = (error as Error).message;
      throw new OperatorError(
        `the ledger cannot be read: ${reason}; restore it from ${store.folder}/previous`,
      );
    }
  }
}

/** Ledgers of before there were aliases have no file for them. */
const youngerFiles: readonly LedgerFile[] = ['aliases'];

/** `null`: a file that ledgers of before do not have. */
export async function readLedgerFile(folder: string, file: LedgerFile): Promise<[LedgerFile, string | null]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && youngerFiles.includes(file)) return null;
    throw error;
  });
  return [file, text];
}

/** Name of the folder that `current` points to; null when there has never been a ledger. */
async function currentGeneration(store: LedgerStore): Promise<string | null> {
  const current = join(store.folder, 'current');
  return readlink(current).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new OperatorError(`${current}: ${error.message}; it must be a link to a generation of the ledger`);
  });
}

async function writeGeneration(
  store: LedgerStore,
  before: LedgerText | null,
  after: LedgerText,
): Promise<void> {
  const currentName = before === null ? null : await currentGeneration(store);
  const name = `generation-${Number(currentName?.match(/\d+$/)?.[0] ?? 0) + 1}`;
  const folder = join(store.folder, name);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    for (const file of ledgerFiles) {
      const old = currentName === null ? null : join(store.folder, currentName, file);
      const same = old !== null && before?.[file] === after[file] && (await exists(old));
      if (same) await link(old, join(folder, file));
      else await writeDurably(join(folder, file), after[file], old);
    }
    await syncFolder(folder);
    if (currentName !== null) await point(store, 'previous', currentName);
    await point(store, 'current', name);
  } catch (error) {
    if ((await currentGeneration(store).catch(() => null)) !== name) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
    throw new OperatorError(
      `the ledger could not be written: ${(error as Error).message}; the one before stays`,
    );
  }
  await removeOldGenerations(store, [name, currentName]);
}

/** Writes and syncs a new file, its modification time in a later second than that of `old`. */
async function writeDurably(path: string, text: string, old: string | null): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    // Dovecot re-reads a passwd-file when its size or its modification time in whole seconds is another.
    const oldSeconds =
      old === null ? 0 : Math.floor((await stat(old).catch(() => ({ mtimeMs: 0 }))).mtimeMs / 1000);
    const seconds = Math.max(Math.floor(Date.now() / 1000), oldSeconds + 1);
    await file.utimes(seconds, seconds);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function point(store: LedgerStore, name: string, target: string): Promise<void> {
  const temporary = join(store.folder, `.${name}-${randomBytes(6).toString('hex')}`);
  await symlink(target, temporary);
  await rename(temporary, join(store.folder, name));
  await syncFolder(store.folder);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** What a killed process left behind goes as well; only the current generation and the one before stay. */
async function removeOldGenerations(store: LedgerStore, keep: readonly (string | null)[]): Promise<void> {
  for (const entry of await readdir(store.folder)) {
    const old = /^generation-\d+$/.test(entry) && !keep.includes(entry);
    if (old || /^\.(current|previous)-/.test(entry)) {
      await rm(join(store.folder, entry), { recursive: true, force: true });
    }
  }
}
