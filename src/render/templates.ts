/** Strict Handlebars: templates hold values, `each`, `if` on a boolean, and partials. The plan makes all decisions. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type Handlebars from 'handlebars';
import runtime from 'handlebars/runtime.js';

/** Template path below `instance-templates/` (`mail-server/main.cf.hbs`) → the template, precompiled. */
export type Templates = Readonly<Record<string, TemplateSpecification>>;

/** The file of a release's `instance-templates/` that holds all of them, because compiling takes longer than rendering. */
export const precompiledFile = 'precompiled.mjs';

/** Reads every template of a release, or compiles those of a checkout. */
export async function readTemplates(folder: string): Promise<Templates> {
  const path = join(folder, precompiledFile);
  if (existsSync(path)) return importDefault(pathToFileURL(path).href);
  return compileTemplates(await readTemplateTexts(folder));
}

/** `texts`: template path → text. */
export async function compileTemplates(texts: Readonly<Record<string, string>>): Promise<Templates> {
  const { precompiledModule } = await import('./precompile.ts');
  const source = Buffer.from(precompiledModule(texts)).toString('base64');
  return importDefault(`data:text/javascript;base64,${source}`);
}

const importDefault = async (url: string): Promise<Templates> =>
  ((await import(url)) as { default: Templates }).default;

/** Template path → text. */
export async function readTemplateTexts(folder: string): Promise<Record<string, string>> {
  const paths = await readdir(folder, { recursive: true });
  const names = paths.filter((path) => path.endsWith('.hbs')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

export type Render = (template: string, context: Readonly<Record<string, unknown>>) => string;

/** A renderer of `templates`. It throws when a template uses a value that its context does not have. */
export function templateRenderer(templates: Templates): Render {
  // The types of the package leave out those of its runtime, which is a part of the whole.
  const handlebars = (runtime as unknown as typeof Handlebars).create();
  const ready = Object.fromEntries(
    Object.entries(templates).map(([name, specification]) => [name, handlebars.template(specification)]),
  );
  for (const [name, template] of Object.entries(ready)) {
    handlebars.registerPartial(name.replace(/\.hbs$/, ''), template);
  }
  return (name, context) => {
    const template = ready[name];
    if (template === undefined) throw new Error(`there is no template ${name}`);
    return template(context);
  };
}
