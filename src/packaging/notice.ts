import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface BundledPackage {
  name: string;
  version: string;
  license: string;
  text: string;
}

/**
 * The NOTICE file: name, version, licence and licence text of each package to which `inputs`, the bundled files,
 * belong.
 */
export async function notice(root: string, inputs: readonly string[]): Promise<Buffer> {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = await Promise.all([...folders].sort().map((folder) => readPackage(join(root, folder))));
  const chapters = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  const rule = `\n${'-'.repeat(80)}\n\n`;
  // A Set, because the same version may be installed in several places.
  return Buffer.from(['slapos-mail.mjs contains these packages.\n', ...new Set(chapters)].join(rule));
}

/** `node_modules/a/node_modules/@b/c/index.js` → `node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const file = (await readdir(folder)).sort().find((name) => /^licen[cs]e(?:[.-]|$)/i.test(name));
  return {
    name: String(manifest['name']),
    version: String(manifest['version']),
    license: typeof manifest['license'] === 'string' ? manifest['license'] : 'licence not named',
    text:
      file === undefined
        ? 'No licence text in the package.'
        : (await readFile(join(folder, file), 'utf8')).trim(),
  };
}
