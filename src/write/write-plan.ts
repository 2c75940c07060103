/** Stage 6: only files that change, atomically, mode before content; lookup tables are indexed before their source is replaced. */
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { runProgram } from '../place/run-program.ts';
import type { PlannedFolder } from '../plan/planned.ts';
import type { RenderedFile } from '../render/render-files.ts';
import { noteChange } from './notify-daemons.ts';
import { isAsPlanned, writeFileAtomically } from './write-file.ts';

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
    if (indexed && (await isAsPlanned(path, file.content, file.mode))) continue;
    if (file.restart) await noteChange(partition, file.restart, 'stop');
    if (file.reload) await noteChange(partition, file.reload, 'reload');
    if (file.table) await indexTable(path, file.content, indexer);
    await writeFileAtomically(path, file.content, file.mode);
    changed.push(file);
  }
  return changed;
}

/**
 * Makes the indexed table beside its source. It is made elsewhere and moved, so that Postfix never reads half a
 * table; the source is replaced after it, so that an unchanged source means a finished table.
 */
async function indexTable(path: string, content: string, indexer: TableIndexer): Promise<void> {
  const scratch = await mkdtemp(join(dirname(path), '.table-'));
  try {
    const source = join(scratch, basename(path));
    await writeFile(source, content, { mode: 0o600 });
    // postmap wants a main.cf; an empty one keeps it away from that of the instance, which may be half way to the next.
    await writeFile(join(scratch, 'main.cf'), '');
    await runProgram(indexer.postmap, ['-c', scratch, `${indexer.type}:${source}`]);
    await rename(`${source}.${indexer.type}`, `${path}.${indexer.type}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
