import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { generatedFiles } from '../../../src/generated/generated-files.ts';
import { schemas } from '../../../src/generated/schemas.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('what is made from the schemas', function () {
  this.timeout(20_000);
  it('is what stands in the repository; `npm run generate` writes it', async () => {
    for (const [path, text] of Object.entries(await generatedFiles())) {
      expect(await readFile(join(root, path), 'utf8'), path).to.equal(text);
    }
  });

  it('leaves no schema out', async () => {
    const paths = await readdir(join(root, 'schemas'), { recursive: true });
    expect(Object.keys(schemas)).to.have.members(paths.filter((path) => path.endsWith('.json')));
  });

  it('leaves no generated type behind whose schema is gone', async () => {
    const types = await readdir(join(root, 'src/generated/types'), { recursive: true });
    const made = Object.keys(await generatedFiles());
    for (const path of types.filter((name) => name.endsWith('.ts'))) {
      expect(made).to.include(`src/generated/types/${path}`);
    }
  });
});
