import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { OperatorError } from '../errors.ts';
import { makeNamedFolder } from '../host/make-folder.ts';
import type { ReleaseFile } from './release-file.ts';

/** The file that marks a folder as written here; it lists the folder's files, one path per line. */
const marker = '.slapos-mail-release';

/** Folders in which files are written before they are moved into place. One that is left was interrupted. */
const stagingPrefix = '.slapos-mail-new-';

/**
 * Makes `directory` hold exactly `files`. Each is written elsewhere and then moved into place, in the given order, so
 * that a node that fetches at the same time never gets an incomplete file. Throws OperatorError for a folder with files
 * that no earlier run wrote.
 */
export async function publishFolder(directory: string, files: readonly ReleaseFile[]): Promise<void> {
  const target = resolve(directory);
  const earlier = await filesOfEarlierRelease(target);
  await makeNamedFolder(target);
  // In the folder itself: files cannot be renamed across file systems, and the folder may be a mount point.
  const staging = await mkdtemp(join(target, stagingPrefix));
  try {
    const list = files.map(({ path }) => path);
    const outdated = earlier.filter((name) => !list.includes(name));
    // The first marker also lists the files to remove: after an interruption, the next run still removes them.
    for (const file of [markerOf([...list, ...outdated]), ...files]) {
      await publishFile(staging, target, file);
    }
    for (const path of outdated) await rm(join(target, path), { force: true, recursive: true });
    await publishFile(staging, target, markerOf(list));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function markerOf(paths: readonly string[]): ReleaseFile {
  return { path: marker, content: Buffer.from(`${paths.join('\n')}\n`) };
}

async function publishFile(staging: string, target: string, { path, content }: ReleaseFile): Promise<void> {
  await mkdir(dirname(join(staging, path)), { recursive: true });
  await writeFile(join(staging, path), content, { mode: 0o644 });
  await mkdir(dirname(join(target, path)), { recursive: true });
  await rename(join(staging, path), join(target, path));
}

async function filesOfEarlierRelease(directory: string): Promise<string[]> {
  const present = await listFolder(directory);
  const interrupted = present.filter((name) => name.startsWith(stagingPrefix));
  if (present.length === interrupted.length) return interrupted;
  if (!present.includes(marker)) {
    throw new OperatorError(
      `${directory}: holds files that no release wrote; name an empty folder or one of an earlier release`,
    );
  }
  const listed = (await readFile(join(directory, marker), 'utf8')).split('\n');
  return [...interrupted, ...listed.filter((path) => path !== '' && !path.split('/').includes('..'))];
}

async function listFolder(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new OperatorError(`${directory}: ${message}; name a folder that can be written`);
  }
}
