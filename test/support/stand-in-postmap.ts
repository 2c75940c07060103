import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TableIndexer } from '../../src/converge/write/write-plan.ts';

export interface StandInPostmap extends TableIndexer {
  /** Paths of the sources that it was called with, in order. */
  calls: () => Promise<string[]>;
}

/** A `postmap` for tests in `folder`: the indexed table is the source with a first line before it. */
export async function standInPostmap(
  folder: string,
  name = 'postmap',
  prelude = '',
): Promise<StandInPostmap> {
  const path = join(folder, name);
  const log = `${path}.calls`;
  const script = [
    '#!/bin/sh',
    'for last; do :; done',
    'source=${last#*:}',
    `echo "$source" >> ${log}`,
    prelude,
    '{ echo indexed; cat "$source"; } > "$source.cdb"',
  ];
  await writeFile(path, `${script.join('\n')}\n`);
  await chmod(path, 0o755);
  return {
    postmap: path,
    type: 'cdb',
    calls: async () =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
}
