/**
 * Files that are shipped with the program: templates and stack layers. In a release they are beside the bundle, in a
 * checkout one folder up.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Shipped {
  /** Absolute path of the program's folder. */
  folder: string;
  /** Absolute path of a shipped folder. */
  path: (name: string) => string;
}

/** The files that are shipped with the program in `folder`. */
export function shippedWith(folder: string): Shipped {
  return {
    folder,
    path: (name) =>
      [join(folder, name), join(folder, '..', name)].find((path) => existsSync(path)) ?? join(folder, name),
  };
}
