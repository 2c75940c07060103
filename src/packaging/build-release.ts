/** `slapos-mail release`: makes the folder that a node fetches a software release from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundle } from './bundle.ts';
import { flattenSchemas } from './flatten-schemas.ts';
import { publishFolder } from './publish-folder.ts';
import { type ReleaseFile, readFolder } from './release-file.ts';
import { tarballProfile, tarballUrl } from './tarball-profile.ts';
import { sha256, tarball } from './tarball.ts';

export interface ReleaseOptions {
  /** Folder to write. It must be empty, absent or written by an earlier release. */
  outputDirectory: string;
  /** Where the folder will be served; without it the tarball's URL is relative to the profile. */
  baseUrl?: string;
  /** Program to bundle, `src/cli.ts` unless a test says otherwise. */
  entryPoint?: string;
}

export interface Release {
  version: string;
  /** Path of the tarball, and its checksum in hexadecimal. */
  tarball: string;
  sha256: string;
  /** Paths of the profiles, each a software URL when it is served from a folder. */
  profiles: string[];
}

/** The software releases; each has a folder of its name in `software/` and in `schemas/`. */
const releases = ['mail-server', 'mail-server-relay'];

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Writes `<release>/software.cfg`, `software.cfg.json` and schemas, `stack/*.cfg`, `slapos-mail-<version>.tar.gz` and its
 * `.sha256` into the output folder. The same sources give the same bytes. Raises OperatorError for a folder that is not
 * ours and for a base URL that is none.
 */
export async function buildRelease(options: ReleaseOptions): Promise<Release> {
  const version = await packageVersion();
  const name = `slapos-mail-${version}.tar.gz`;
  const url = tarballUrl(name, options.baseUrl);
  const flattened = await Promise.all(
    releases.map((release) => flattenSchemas(join(root, 'schemas'), release)),
  );
  const stack = await readFolder(join(root, 'software/stack'), 'stack', /\.cfg$/);
  const archive = await tarball(`slapos-mail-${version}`, [
    ...(await bundle(root, {
      'slapos-mail': options.entryPoint ?? join(root, 'src/cli.ts'),
      'may-send': join(root, 'src/may-send.ts'),
    })),
    ...(await readFolder(join(root, 'instance-templates'), 'instance-templates')),
    ...(await readFolder(join(root, 'software/promise'), 'promise', /(\.py|^PKG-INFO|^requires\.txt)$/)),
    ...(await readFolder(join(root, 'software/partition'), 'partition', /\.(py|in)$/)),
    // `render` reads it, which asks nothing of a node.
    ...stack.map(({ path, content }) => ({ path: `software/${path}`, content })),
    ...flattened.flat().map(({ path, content }) => ({ path: `schemas/${path}`, content })),
  ]);
  const checksum = sha256(archive);
  const files: ReleaseFile[] = [
    // The tarball first: a profile never names one that is not there yet.
    { path: name, content: archive },
    { path: `${name}.sha256`, content: Buffer.from(`${checksum}  ${name}\n`) },
    ...stack,
    { path: 'stack/tarball.cfg', content: tarballProfile(version, url, checksum) },
    ...flattened.flat(),
    ...(
      await Promise.all(
        releases.map((release) => readFolder(join(root, 'software', release), release, /\.(cfg|json)$/)),
      )
    ).flat(),
  ];
  await publishFolder(options.outputDirectory, files);
  return {
    version,
    tarball: join(options.outputDirectory, name),
    sha256: checksum,
    profiles: releases.map((release) => join(options.outputDirectory, release, 'software.cfg')),
  };
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}
