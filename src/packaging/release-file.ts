import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a release: path relative to its folder, with `/`. */
export interface ReleaseFile {
  path: string;
  content: Buffer;
}

/** Every file below `directory` whose name matches `pattern`, sorted by path, with `prefix` as its new folder. */
export async function readFolder(
  directory: string,
  prefix: string,
  pattern = /^[^.]/,
): Promise<ReleaseFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(
      (entry) => entry.isFile() && pattern.test(entry.name) && !entry.parentPath.includes('__pycache__'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async (path) => ({
      path: `${prefix}${path.slice(directory.length)}`,
      content: await readFile(path),
    })),
  );
}
