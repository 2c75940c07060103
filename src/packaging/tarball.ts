import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { create } from 'tar';

import type { ReleaseFile } from './release-file.ts';

/** Any time, the same in every build; it is what unpacked files show. */
const modified = new Date('2020-01-01T00:00:00Z');

/**
 * A gzipped tar of `files` in a folder `folder`. The same files give the same bytes: sorted, mode 0644, one time, no
 * owner, no time in the gzip header.
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
