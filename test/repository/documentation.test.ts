/** Pages against what they tell of: examples are valid, links lead somewhere, every promise is explained. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { readParameterFile } from '../../src/parameters/file.ts';
import { checkParameterFile } from '../../src/render/check.ts';
import { readStackLayer } from '../../src/render/stack-layer.ts';
import { definitionOf } from '../../src/releases/releases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');

/** Anchor of a heading, as web sites of repositories make it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('the documentation', () => {
  for (const page of ['docs/relay-domain.md', 'docs/relay-cluster.md']) {
    it(`has examples in ${page} that are valid`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'examples-'));
      try {
        const examples = [...(await read(page)).matchAll(/^```yaml\n(.*?)^```$/gms)];
        expect(examples).to.have.length.above(0);
        for (const [, text = ''] of examples) {
          const path = join(folder, 'example.yaml');
          await writeFile(path, text);
          const file = await readParameterFile(path, 'default');
          expect(definitionOf(file.softwareType).validate(file).refused, text).to.deep.equal([]);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  it('has an example on its first page that is valid as it stands', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'examples-'));
    try {
      const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(await read('README.md')) ?? [];
      await writeFile(join(folder, 'example.yaml'), text);
      const file = await readParameterFile(join(folder, 'example.yaml'), 'default');
      const stack = await readStackLayer(join(root, 'software/stack/debian.cfg'));
      expect(checkParameterFile(file, definitionOf(file.softwareType), stack)).to.deep.equal({
        problems: [],
        warnings: [],
        content: 'an instance and 1 shared request',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('explains every promise of every software type', async () => {
    const golden = 'test/golden';
    for (const scenario of await readdir(join(root, golden))) {
      if (scenario.endsWith('.test.ts')) continue;
      const promises = JSON.parse(await read(`${golden}/${scenario}/expected/etc/promises.json`)) as object;
      const names = Object.keys(promises).map((name) => name.replace('slappart0', '<partition>'));
      expect(names, scenario).not.to.deep.equal([]);
      const page = await read(/^relay-/.test(scenario) ? 'docs/relay-cluster.md' : 'docs/promises.md');
      for (const name of names) expect(page.includes(`\`${name}\``), `${scenario}: ${name}`).to.equal(true);
    }
  });

  it('has links that lead to pages and headings', async () => {
    const pages = [
      ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
      ...(await readdir(join(root, 'docs'), { recursive: true }))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    for (const page of pages) {
      for (const [, path = '', heading = ''] of (await read(page)).matchAll(
        /\]\(([^)#:]*)(?:#([^)]*))?\)/g,
      )) {
        const target = path === '' ? page : join(dirname(page), path);
        const text = await read(target).catch(() => null);
        expect(text, `${page}: ${target}`).not.to.equal(null);
        const anchors = [...(text ?? '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchor(title));
        if (heading !== '') expect(anchors, `${page}: ${target}`).to.include(heading);
      }
    }
  });
});
