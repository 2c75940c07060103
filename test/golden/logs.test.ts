import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

const golden = fileURLToPath(new URL('.', import.meta.url));

describe('a log that a promise names', () => {
  for (const { name } of readdirSync(golden, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )) {
    it(`is written by somebody, and rotated: ${name}`, async () => {
      const expected = join(golden, name, 'expected');
      const entries = await readdir(expected, { recursive: true, withFileTypes: true });
      const files = new Map<string, string>();
      for (const entry of entries.filter((each) => each.isFile())) {
        const path = join(entry.parentPath, entry.name);
        files.set(path.slice(expected.length + 1), await readFile(path, 'utf8'));
      }
      const promises = JSON.parse(files.get('etc/promises.json') ?? '{}') as Record<
        string,
        { config: { log?: string } }
      >;
      const named = new Set(Object.values(promises).flatMap(({ config: { log } }) => log ?? []));
      const rotated = [
        ...(files.get('etc/logrotate.conf') ?? '').matchAll(/^\S*\/(var\/log\/\S+) \{$/gm),
      ].map(([, path = '']) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
      const writers = [...files].filter(([path]) => /^(etc\/(?!promises|logrotate)|libexec\/)/.test(path));
      expect(named.size).to.be.greaterThan(0);
      for (const log of named) {
        expect(
          writers.filter(([, content]) => content.includes(log)),
          log,
        ).not.to.have.length(0);
        expect(
          rotated.some((path) => path.test(log)),
          log,
        ).to.equal(true);
      }
    });
  }
});
