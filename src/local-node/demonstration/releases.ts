/** Makes the software releases of this checkout, for the node to build. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildRelease } from '../../packaging/build-release.ts';

/** Makes them in `folder`. True if they differ from releases that were there before. */
export async function makeReleases(folder: string): Promise<boolean> {
  const before = await checksum(folder);
  // The node's user must be able to read what root makes, whatever root's own umask is.
  const umask = process.umask(0o022);
  try {
    const { sha256 } = await buildRelease({ outputDirectory: folder });
    return before !== null && before !== sha256;
  } finally {
    process.umask(umask);
  }
}

async function checksum(folder: string): Promise<string | null> {
  const profile = join(folder, 'stack/tarball.cfg');
  if (!existsSync(profile)) return null;
  return /^sha256 = (\w+)$/m.exec(await readFile(profile, 'utf8'))?.[1] ?? null;
}
