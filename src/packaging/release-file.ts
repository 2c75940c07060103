import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a release. Its path is relative to the release's folder and uses `/`. */
export interface ReleaseFile {
  path: string;
  content: Buffer;
}

/** All files below `directory` whose names match `pattern`, sorted by path, with `prefix` instead of `directory`. */
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
