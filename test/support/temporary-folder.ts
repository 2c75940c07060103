import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test of the surrounding `describe` an empty folder of its own; the function returned says which. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slapos-mail-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
