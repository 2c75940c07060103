/** The software release of this checkout, made once a run, where a node's user can read it. */
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { buildRelease } from '../../../src/packaging/build-release.ts';

let folder: Promise<string> | undefined;

/** Folder with `mail-server/software.cfg`. It goes when this process ends. */
export function releaseFolder(): Promise<string> {
  folder ??= makeRelease();
  return folder;
}

async function makeRelease(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'smt-release-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  await chmod(made, 0o755);
  const output = join(made, 'release');
  await buildRelease({ outputDirectory: output });
  await execa('chmod', ['-R', 'a+rX', output]);
  return output;
}
