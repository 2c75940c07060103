/** A value that a plan gives to a template, and that the template reads in no golden scenario, is dead. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { readParameterFile } from '../../src/parameters/file.ts';
import { definitionOf } from '../../src/releases/releases.ts';
import { renderInstance } from '../../src/render/instance.ts';
import { readStackLayer } from '../../src/render/stack-layer.ts';
import {
  compileTemplates,
  readTemplates,
  type Render,
  templateRenderer,
} from '../../src/render/templates.ts';

type Values = Readonly<Record<string, unknown>>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const scenarios = join(root, 'test/golden');

/** `context`, which reports each of its values that is read, by its path: `services[].port`. */
function watched(context: Values, path: string, report: (path: string) => void): Values {
  return new Proxy(context, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return value;
      const here = Array.isArray(target) ? `${path}[]` : `${path}.${key}`;
      report(here);
      return typeof value === 'object' && value !== null ? watched(value as Values, here, report) : value;
    },
  });
}

/** The paths of all values in `value`. */
function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${path}[]`));
  return Object.entries(value).flatMap(([key, item]) => pathsOf(item, `${path}.${key}`));
}

/** The values that `draw` gives to templates with the renderer that it gets, and that none of them reads. */
function unreadValues(render: Render, draw: (watching: Render) => void): string[] {
  const given = new Set<string>();
  const read = new Set<string>();
  draw((template, context) => {
    for (const path of pathsOf(context, template)) given.add(path);
    return render(
      template,
      watched(context, template, (path) => read.add(path)),
    );
  });
  return [...given].filter((path) => !read.has(path)).sort();
}

describe('the context of a template', () => {
  it('holds no value that the template leaves unread in every scenario', async () => {
    const stack = await readStackLayer(join(root, 'software/stack/debian.cfg'));
    const render = templateRenderer(await readTemplates(join(root, 'instance-templates')));
    const names = readdirSync(scenarios, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = await Promise.all(
      names.map(({ name }) => readParameterFile(join(scenarios, name, 'parameters.yaml'), 'default')),
    );
    const values = unreadValues(render, (watching) => {
      for (const file of files) renderInstance(file, definitionOf(file.softwareType), stack, watching);
    });
    expect(values).to.deep.equal([]);
  });

  it('is found out when it holds such a value, also in a list', async () => {
    const templates = await compileTemplates({ 'a.hbs': '{{used}}{{#each list}}{{name}}{{/each}}' });
    const render = templateRenderer(templates);
    const list = [{ name: 'n', port: 1 }];
    const values = unreadValues(render, (watching) => watching('a.hbs', { used: 1, unused: 2, list }));
    expect(values).to.deep.equal(['a.hbs.list[].port', 'a.hbs.unused']);
  });
});
