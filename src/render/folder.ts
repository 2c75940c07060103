/** Writes the folder of `render -o`, and finds the differences that `--diff` shows. */
import { hash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { createTwoFilesPatch } from 'diff';

import { OperatorError } from '../errors.ts';
import type { FolderFile } from './instance.ts';
import { makeNamedFolder } from '../host/make-folder.ts';
import { isAsPlanned, writeFileAtomically } from '../host/write-file.ts';

/** Lists the files that render wrote, with their checksums. Only such files are overwritten or removed. */
const manifestName = '.slapos-mail-render.json';

export interface FolderChange {
  path: string;
  kind: 'new' | 'changed' | 'removed';
  /** Makes the unified diff, which takes a while for large files. */
  patch: () => string;
}

/**
 * The changes that writing `files` into `folder` would make. Throws OperatorError if that would overwrite other
 * files.
 */
export async function folderChanges(folder: string, files: readonly FolderFile[]): Promise<FolderChange[]> {
  const manifest = await readManifest(folder);
  await refuseForeign(folder, files, manifest);
  const planned = new Map(files.map(({ path, content }) => [path, content]));
  const paths = [...new Set([...planned.keys(), ...Object.keys(manifest)])].sort();
  const changes = await Promise.all(
    paths.map(async (path): Promise<FolderChange[]> => {
      const before = await readFile(join(folder, path), 'utf8').catch(() => null);
      const after = planned.get(path) ?? null;
      if (before === after) return [];
      const kind = before === null ? 'new' : after === null ? 'removed' : 'changed';
      const patch = () => createTwoFilesPatch(path, path, before ?? '', after ?? '');
      return [{ path, kind, patch }];
    }),
  );
  return changes.flat();
}

/**
 * Writes `files` into `folder`, and removes files of an earlier render that are not among them. Throws OperatorError where
 * the folder cannot be made, or holds other files.
 */
export async function writeFolder(folder: string, files: readonly FolderFile[]): Promise<FolderChange[]> {
  const changes = await folderChanges(folder, files);
  const removed = changes.filter(({ kind }) => kind === 'removed');
  await makeNamedFolder(folder);
  for (const { path } of removed) await rm(join(folder, path), { force: true });
  for (const { path, content, mode } of files) {
    const target = join(folder, path);
    if (await isAsPlanned(target, content, mode)) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFileAtomically(target, content, mode);
  }
  const manifest = Object.fromEntries(files.map(({ path, content }) => [path, checksum(content)]));
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFileAtomically(join(folder, manifestName), text, 0o644);
  return changes;
}

/** Throws OperatorError if writing would overwrite a file that render did not write, or that has been changed since. */
async function refuseForeign(
  folder: string,
  files: readonly FolderFile[],
  manifest: Readonly<Record<string, string>>,
): Promise<void> {
  const isFirst = Object.keys(manifest).length === 0;
  // All that is below only of a folder that render wrote: of another it may be a whole disk.
  const entries = await readdir(folder, { recursive: !isFirst, withFileTypes: true }).catch(() => []);
  if (entries.length > 0 && isFirst) {
    throw new OperatorError(`${folder} holds files that render did not write; give an empty folder`);
  }
  const toWrite = new Set([...files.map(({ path }) => path), ...Object.keys(manifest)]);
  for (const entry of entries.filter((found) => !found.isDirectory())) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (!toWrite.has(path)) continue;
    const known = manifest[path];
    if (known === undefined || known !== checksum(await readFile(join(folder, path), 'utf8'))) {
      throw new OperatorError(
        `${join(folder, path)} is not as render wrote it; move it away or give another folder`,
      );
    }
  }
}

async function readManifest(folder: string): Promise<Record<string, string>> {
  const path = join(folder, manifestName);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const subject = error instanceof SyntaxError ? path : folder;
    throw new OperatorError(`${subject}: ${(error as Error).message}; give another folder`);
  }
}

function checksum(content: string): string {
  return hash('sha256', content, 'hex');
}
