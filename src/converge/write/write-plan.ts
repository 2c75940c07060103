/** Stage 6: only files that change, atomically, mode before content; lookup tables together with their indexed form. */
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { runProgram } from '../../host/run-program.ts';
import type { PlannedFolder } from '../../plan/planned.ts';
import type { RenderedFile } from '../../render/files.ts';
import { noteChange } from './notify-daemons.ts';
import { isAsPlanned, temporaryOf, writeFileAtomically } from '../../host/write-file.ts';

export interface TableIndexer {
  /** Path of `postmap`. */
  postmap: string;
  /** Map type of the stack, also the suffix of the indexed file. */
  type: string;
}

export async function writeFolders(partition: string, folders: readonly PlannedFolder[]): Promise<void> {
  for (const { path, mode } of folders) {
    const folder = join(partition, path);
    await mkdir(folder, { recursive: true, mode });
    if (((await stat(folder)).mode & 0o777) !== mode) await chmod(folder, mode);
  }
}

/** Writes what differs and returns it. Killed at any point, the next run finds what is still to be done. */
export async function writeFiles(
  partition: string,
  files: readonly RenderedFile[],
  indexer: TableIndexer,
): Promise<RenderedFile[]> {
  const changed: RenderedFile[] = [];
  for (const file of files) {
    const path = join(partition, file.path);
    const indexed = !file.table || (await exists(`${path}.${indexer.type}`));
    if (indexed && (await isAsPlanned(path, file.content, file.mode))) {
      // A run that was killed after its last rename leaves what it worked with.
      await removeLeftovers(path);
      continue;
    }
    if (file.restart) await noteChange(partition, file.restart, 'stop');
    if (file.flush) await noteChange(partition, file.flush, 'flush');
    if (file.reload) await noteChange(partition, file.reload, 'reload');
    if (file.table) await writeTable(path, file, indexer);
    else await writeFileAtomically(path, file.content, file.mode);
    changed.push(file);
  }
  return changed;
}

/** Removes files that were planned once and are not any more, where a folder says that they go. */
export async function removeFormerFiles(
  partition: string,
  folders: readonly PlannedFolder[],
  files: readonly Pick<RenderedFile, 'path' | 'table'>[],
  { type }: Pick<TableIndexer, 'type'>,
): Promise<void> {
  const planned = new Set(files.flatMap(({ path, table }) => (table ? [path, `${path}.${type}`] : [path])));
  for (const { path, removable } of folders) {
    if (removable === undefined) continue;
    for (const name of await readdir(join(partition, path))) {
      if (removable.test(name) && !planned.has(join(path, name))) await rm(join(partition, path, name));
    }
  }
}

/**
 * Writes a table's source and the indexed table beside it. Both are made elsewhere and moved, so that Postfix never
 * reads half a table. While they are moved there is no source: a source that is there belongs to its table, also
 * when a killed run wanted another one than the next.
 */
async function writeTable(path: string, file: RenderedFile, indexer: TableIndexer): Promise<void> {
  const scratch = scratchOf(path);
  await rm(scratch, { recursive: true, force: true });
  try {
    await mkdir(scratch, { mode: 0o700 });
    const source = join(scratch, basename(path));
    await writeFileAtomically(source, file.content, file.mode);
    // postmap wants a main.cf; an empty one keeps it away from that of the instance, which may be half way to the next.
    const emptyConfiguration = join(scratch, 'main.cf');
    await writeFile(emptyConfiguration, '');
    // One that was written just now may be half written: postmap would wait two seconds for it to cool down.
    await utimes(emptyConfiguration, 0, 0);
    await runProgram(indexer.postmap, ['-c', scratch, `${indexer.type}:${source}`]);
    await syncFile(`${source}.${indexer.type}`);
    await rm(path, { force: true });
    await rename(`${source}.${indexer.type}`, `${path}.${indexer.type}`);
    await rename(source, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Where a table is made: the same place each time, so that the next run finds what a killed one left. */
function scratchOf(path: string): string {
  return join(dirname(path), `.table-${basename(path)}`);
}

async function removeLeftovers(path: string): Promise<void> {
  for (const left of [scratchOf(path), temporaryOf(path)]) await rm(left, { recursive: true, force: true });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
