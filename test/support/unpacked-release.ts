/** The release of this checkout, unpacked as a node does it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';

import { buildRelease } from '../../src/packaging/build-release.ts';

/** Returns the folder with the bundle and its templates. */
export async function unpackRelease(folder: string): Promise<string> {
  const { tarball } = await buildRelease({ outputDirectory: join(folder, 'dist') });
  const unpacked = join(folder, 'release');
  await mkdir(unpacked);
  await execa('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
  return unpacked;
}
