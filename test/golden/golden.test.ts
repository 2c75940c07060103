/** Each folder here is one scenario: `parameters.yaml` and the files that `render` makes of it. UPDATE_GOLDEN=1 writes them. */
import { readdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { readParameterFile } from '../../src/parameters/file.ts';
import { readStackLayer } from '../../src/render/stack-layer.ts';
import { definitionOf } from '../../src/releases/releases.ts';
import { renderInstance } from '../../src/render/instance.ts';
import { writeFolder } from '../../src/render/folder.ts';
import { render } from '../support/mail-server-run.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const stack = await readStackLayer(join(here, '../../software/stack/debian.cfg'));

describe('golden scenarios', () => {
  for (const { name } of readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    it(`${name} renders as it did`, async () => {
      const expected = join(here, name, 'expected');
      const file = await readParameterFile(join(here, name, 'parameters.yaml'), 'default');
      const files = renderInstance(file, definitionOf(file.softwareType), stack, render);
      if (process.env['UPDATE_GOLDEN'] === '1') {
        await rm(expected, { recursive: true, force: true });
        await writeFolder(expected, files);
      }
      for (const { path, content } of files) {
        expect(content, path).to.equal(await readFile(join(expected, path), 'utf8'));
      }
      const entries = await readdir(expected, { recursive: true, withFileTypes: true });
      const committed = entries.filter(
        (entry) => entry.isFile() && entry.name !== '.slapos-mail-render.json',
      );
      expect(
        committed.map((entry) => join(entry.parentPath, entry.name).slice(expected.length + 1)),
      ).to.have.members(files.map(({ path }) => path));
    });
  }
});
