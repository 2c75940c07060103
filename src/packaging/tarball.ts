import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { create } from 'tar';

import type { ReleaseFile } from './release-file.ts';

/** The modification time of all files: a constant, so that the same files give the same tarball. */
const modified = new Date('2020-01-01T00:00:00Z');

/**
 * A gzipped tar archive of `files`, which it has in the folder `folder`. The same files give the same bytes: they are
 * sorted, with mode 0644, a constant time and no owner, and the gzip header has no time.
 */
export async function tarball(folder: string, files: readonly ReleaseFile[]): Promise<Buffer> {
  const staging = await mkdtemp(join(tmpdir(), 'slapos-mail-release-'));
  try {
    const paths = files.map(({ path }) => `${folder}/${path}`).sort();
    for (const { path, content } of files) {
      const target = join(staging, folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    const target = join(staging, 'tarball');
    await create(
      {
        cwd: staging,
        file: target,
        gzip: { level: 9 },
        portable: true,
        mtime: modified,
        onWriteEntry: (entry) => {
          if (entry.stat) entry.stat.mode = (entry.stat.mode & ~0o777) | 0o644;
        },
      },
      paths,
    );
    return await readFile(target);
  } finally {
    await rm(staging, { recursive: true });
  }
}

/** SHA-256 of `content`, in hexadecimal. */
export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
