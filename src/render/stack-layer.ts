/** Reads a stack layer from its profile, where there is no node that has built it. */
import { readFile } from 'node:fs/promises';

import type { Stack } from '../model/place.ts';

/** A profile such as software/stack/debian.cfg, as far as the generator reads it. */
export interface StackLayer extends Stack {
  /** Program name → the Debian package that has it. */
  packages: Readonly<Record<string, string>>;
}

/** Reads `[programs]`, `[packages]` and `[facts]` of the profile at `path`. */
export async function readStackLayer(path: string): Promise<StackLayer> {
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
  const { programs = {}, packages = {}, facts = {} } = sections;
  return { programs, packages, facts };
}
