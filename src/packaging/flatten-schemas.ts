import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { join } from 'node:path';

import { type ReleaseFile, readFolder } from './release-file.ts';

/**
 * The schemas of a release in the layout that masters need: in one folder with software.cfg.json, so that every `$ref`
 * is a plain file name. `directory` holds `<release>/*.json` and `common/*.json`, to which they refer.
 */
export async function flattenSchemas(directory: string, release: string): Promise<ReleaseFile[]> {
  const flattened = new Map<string, ReleaseFile & { source: string }>();
  const waiting = (await readFolder(join(directory, release), release, /\.json$/)).map(({ path }) => path);
  for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
    const path = posix.join(release, posix.basename(source));
    const other = flattened.get(path);
    if (other?.source === source) continue;
    if (other !== undefined) {
      throw new Error(
        `schemas/${source}: has the same file name as schemas/${other.source}; rename one of them`,
      );
    }
    const schema: unknown = JSON.parse(await readFile(join(directory, source), 'utf8'));
    const folder = posix.dirname(source);
    const content = withPlainReferences(schema, (file) => waiting.push(posix.join(folder, file)));
    flattened.set(path, { path, source, content: Buffer.from(`${JSON.stringify(content, null, 2)}\n`) });
  }
  return [...flattened.values()]
    .map(({ path, content }) => ({ path, content }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `schema` without folders in its `$ref`s. Calls `refer` with each file that a `$ref` names. */
function withPlainReferences(schema: unknown, refer: (file: string) => void): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withPlainReferences(item, refer));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => {
      if (key !== '$ref' || typeof value !== 'string') return [key, withPlainReferences(value, refer)];
      const [file = '', fragment] = value.split('#', 2);
      if (file !== '') refer(file);
      return [key, posix.basename(file) + (fragment === undefined ? '' : `#${fragment}`)];
    }),
  );
}
