/** `slapos-mail release`: makes the folder from which nodes fetch the software releases. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { precompiledModule } from '../render/precompile.ts';
import { precompiledFile, readTemplateTexts } from '../render/templates.ts';
import { bundle } from './bundle.ts';
import { flattenSchemas } from './flatten-schemas.ts';
import { publishFolder } from './publish-folder.ts';
import { type ReleaseFile, readFolder } from './release-file.ts';
import { tarballProfile, tarballUrl } from './tarball-profile.ts';
import { sha256, tarball } from './tarball.ts';

export interface ReleaseOptions {
  /** Folder to write: it is empty, does not exist, or was written by an earlier run. */
  outputDirectory: string;
  /** URL at which the folder will be served; by default the profile names the tarball relative to itself. */
  baseUrl?: string;
  /** Program to bundle; by default `src/cli.ts`. */
  entryPoint?: string;
}

export interface Release {
  version: string;
  /** Path of the tarball. */
  tarball: string;
  /** Checksum of the tarball, in hexadecimal. */
  sha256: string;
  /** Paths of the profiles; where the folder is served, each is a software URL. */
  profiles: string[];
}

/** The software releases. Each has a folder of that name in `software/` and in `schemas/`. */
const releases = ['mail-server', 'mail-server-relay'];

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Writes `<release>/software.cfg`, `software.cfg.json` and schemas, `stack/*.cfg`, `slapos-mail-<version>.tar.gz` and its
 * `.sha256` into the output folder. The same sources give the same bytes. Throws OperatorError for a folder with other
 * files and for an invalid base URL.
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
    ...(await bundle(root, { 'slapos-mail': options.entryPoint ?? join(root, 'src/cli.ts') })),
    await precompiledTemplates(),
    ...(await readFolder(join(root, 'software/promise'), 'promise', /(\.py|^PKG-INFO|^requires\.txt)$/)),
    ...(await readFolder(join(root, 'software/partition'), 'partition', /\.(py|in)$/)),
    // `render` reads the stack layer, because it works without a node.
    ...stack.map(({ path, content }) => ({ path: `software/${path}`, content })),
    ...flattened.flat().map(({ path, content }) => ({ path: `schemas/${path}`, content })),
  ]);
  const checksum = sha256(archive);
  const files: ReleaseFile[] = [
    // The tarball comes before the profile that names it.
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

/** They stand where a checkout has its templates. */
async function precompiledTemplates(): Promise<ReleaseFile> {
  const source = precompiledModule(await readTemplateTexts(join(root, 'instance-templates')));
  return { path: `instance-templates/${precompiledFile}`, content: Buffer.from(source) };
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}
