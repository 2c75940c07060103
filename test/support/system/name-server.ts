/** The only name server of a test's namespace. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type NameServer,
  type NameServerOptions,
  startNameServer,
} from '../../../src/local-node/namespace/name-server.ts';

export type { NameServer } from '../../../src/local-node/namespace/name-server.ts';

/** In a folder of its own, which goes when it stops. */
export async function startNames(options: Omit<NameServerOptions, 'folder'>): Promise<NameServer> {
  return startNameServer({ ...options, folder: await mkdtemp(join(tmpdir(), 'smt-dns-')) });
}
