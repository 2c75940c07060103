/** What comes with the program: templates, stack layers. Beside the bundle in a release, one folder up in a checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Shipped {
  /** Absolute path of the program's folder. */
  folder: string;
  /** Absolute path of a folder that is shipped. */
  path: (name: string) => string;
}

export function shippedWith(folder: string): Shipped {
  return {
    folder,
    path: (name) =>
      [join(folder, name), join(folder, '..', name)].find((path) => existsSync(path)) ?? join(folder, name),
  };
}
