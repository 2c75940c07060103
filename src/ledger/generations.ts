/**
 * The ledger on disk. `srv/ledger/current` points to a folder with one generation of all files. A change writes the next
 * folder completely and then moves the link, so that readers, also after a crash or on a full disk, find the old or the
 * new generation and nothing between. `previous` points to the one before, to which `ledger restore` goes back.
 */
import { randomBytes } from 'node:crypto';
import {
  constants,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import { type LedgerFile, ledgerFiles, type LedgerText } from './text.ts';

/** A generation disappears while it is read if the ledger changes twice meanwhile; then reading begins again. */
const maxAttempts = 5;

export interface Generation {
  /** Name of its folder. */
  name: string;
  text: LedgerText;
}

/** `folder`: `srv/ledger`. Null if there has never been a ledger. Throws OperatorError if it cannot be read. */
export async function readGeneration(folder: string): Promise<Generation | null> {
  for (let attempt = 1; ; attempt += 1) {
    const name = await currentGeneration(folder);
    if (name === null) return null;
    try {
      const texts = await Promise.all(ledgerFiles.map((file) => readLedgerFile(join(folder, name), file)));
      // A file may be missing because the generation was removed meanwhile: then another one is current.
      if (!texts.some(([, text]) => text === null) || (await currentGeneration(folder)) === name) {
        const entries = texts.map(([file, text]) => [file, text ?? '']);
        return { name, text: Object.fromEntries(entries) as LedgerText };
      }
    } catch (error) {
      if (attempt < maxAttempts && (await currentGeneration(folder)) !== name) continue;
      const reason = (error as Error).message;
      throw new OperatorError(
        `the ledger cannot be read: ${reason}; see what \`ledger restore\` would change`,
      );
    }
  }
}

/** Files that a ledger of an earlier version may lack. */
const youngerFiles: readonly LedgerFile[] = ['aliases', 'answers', 'spellings'];

/** `null`: a file that an earlier version did not write. */
export async function readLedgerFile(folder: string, file: LedgerFile): Promise<[LedgerFile, string | null]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && youngerFiles.includes(file)) return null;
    throw error;
  });
  return [file, text];
}

/** Name of the folder that `current` points to; null when there has never been a ledger. */
export async function currentGeneration(folder: string): Promise<string | null> {
  const current = join(folder, 'current');
  const target = await readlink(current).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return neverWritten(folder);
    throw new OperatorError(`${current}: ${error.message}; it must be a link to a generation of the ledger`);
  });
  if (target === null || isGeneration(target)) return target;
  throw new OperatorError(`${current} points to ${target}; link it to a folder generation-N beside it`);
}

function isGeneration(name: string): boolean {
  return /^generation-[0-9]+$/.test(name);
}

/** Refuses a copy that lost its links. The first generation alone may be left over from a first run that was killed. */
async function neverWritten(folder: string): Promise<null> {
  const entries = await readdir(folder).catch(() => []);
  const generations = entries.filter((name) => isGeneration(name) && name !== 'generation-1');
  if (generations.length === 0) return null;
  throw new OperatorError(
    `${folder}/current is missing, and a ledger is there (${generations.sort().join(', ')}); ` +
      'link it to the last one that `ledger check` finds nothing wrong with',
  );
}

/**
 * Writes `after` as the next generation and makes it current. Throws OperatorError if `before` is not current any more or
 * writing fails; then the ledger stays as it was.
 */
export async function writeGeneration(
  folder: string,
  before: Generation | null,
  after: LedgerText,
): Promise<void> {
  const currentName = before?.name ?? null;
  if ((await currentGeneration(folder)) !== currentName) {
    throw new OperatorError(
      `${folder}: another process changed the ledger, as this one took too long; nothing is lost, process again`,
    );
  }
  const name = `generation-${Number(currentName?.replace('generation-', '') ?? 0) + 1}`;
  const next = join(folder, name);
  try {
    await rm(next, { recursive: true, force: true });
    await mkdir(next, { mode: 0o700 });
    for (const file of ledgerFiles) {
      const old = currentName === null ? null : join(folder, currentName, file);
      const same = old !== null && before?.text[file] === after[file] && (await exists(old));
      if (same) await copyDurably(old, join(next, file));
      else await writeDurably(join(next, file), after[file], old);
    }
    await syncFolder(next);
    if (currentName !== null) await point(folder, 'previous', currentName);
    await point(folder, 'current', name);
  } catch (error) {
    if ((await currentGeneration(folder).catch(() => null)) !== name) {
      await rm(next, { recursive: true, force: true }).catch(() => undefined);
    }
    throw new OperatorError(
      `the ledger could not be written: ${(error as Error).message}; the one before stays`,
    );
  }
  await removeOldGenerations(folder, [name, currentName]);
}

/** Writes and syncs a new file, its modification time in a later second than that of `old`. */
async function writeDurably(path: string, text: string, old: string | null): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    // Dovecot reads a passwd-file again if its size or its modification time, in whole seconds, has changed.
    const oldSeconds =
      old === null ? 0 : Math.floor((await stat(old).catch(() => ({ mtimeMs: 0 }))).mtimeMs / 1000);
    const seconds = Math.max(Math.floor(Date.now() / 1000), oldSeconds + 1);
    await file.utimes(seconds, seconds);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The same text with the same modification time, so that nobody reads it again. No hard link: an editor that writes into
 * the file would change the previous generation as well, which is there to go back to.
 */
async function copyDurably(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(to, 'r+');
  try {
    await file.chmod(0o600);
    await file.utimes(atime, mtime);
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

async function point(folder: string, name: string, target: string): Promise<void> {
  const temporary = join(folder, `.${name}-${randomBytes(6).toString('hex')}`);
  await symlink(target, temporary);
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Removes all generations but the current and the previous one, and what killed processes left behind. */
async function removeOldGenerations(folder: string, keep: readonly (string | null)[]): Promise<void> {
  for (const entry of await readdir(folder)) {
    const old = isGeneration(entry) && !keep.includes(entry);
    if (old || /^\.(current|previous)-/.test(entry)) {
      await rm(join(folder, entry), { recursive: true, force: true });
    }
  }
}
