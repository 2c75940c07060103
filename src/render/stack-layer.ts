/** Reads a stack layer from its profile, for `render`, which works without a node. */
import { readFile } from 'node:fs/promises';

import type { Stack } from '../model/place.ts';

/** Reads `[programs]` and `[facts]` of a profile such as software/stack/debian.cfg. */
export async function readStackLayer(path: string): Promise<Stack> {
  const sections: Record<string, Record<string, string>> = {};
  let section = '';
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const option = /^([a-z][a-z0-9-]*) = (.*)$/.exec(line);
    if (option?.[1] && option[2]) {
      // On a node, Buildout replaces this with the node's architecture; examples have a common one.
      const value = option[2].replace('${multiarch:triplet}', 'x86_64-linux-gnu');
      sections[section] = { ...sections[section], [option[1]]: value };
    }
  }
  return { programs: sections['programs'] ?? {}, facts: sections['facts'] ?? {} };
}
