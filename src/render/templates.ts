/** Strict Handlebars: templates hold values, `each`, `if` on a boolean, and partials. The plan makes all decisions. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import Handlebars from 'handlebars';

/** Template path below `instance-templates/` (`mail-server/main.cf.hbs`) → text. */
export type Templates = Readonly<Record<string, string>>;

/** Reads every template of a release. */
export async function readTemplates(folder: string): Promise<Templates> {
  const paths = await readdir(folder, { recursive: true });
  const names = paths.filter((path) => path.endsWith('.hbs')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

/**
 * The allowed ones of Handlebars' own helpers. With the helper `log`, a value of that name would be logged, not
 * written.
 */
const knownHelpers = {
  ...{ each: true, if: true },
  ...{
    unless: false,
    with: false,
    log: false,
    lookup: false,
    helperMissing: false,
    blockHelperMissing: false,
  },
};

export type Render = (template: string, context: Readonly<Record<string, unknown>>) => string;

/** A renderer of `templates`. It throws when a template uses a value that its context does not have. */
export function templateRenderer(templates: Templates): Render {
  const handlebars = Handlebars.create();
  for (const [name, text] of Object.entries(templates)) {
    handlebars.registerPartial(name.replace(/\.hbs$/, ''), text);
  }
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return (name, context) => {
    const text = templates[name];
    if (text === undefined) throw new Error(`there is no template ${name}`);
    const template =
      compiled.get(name) ??
      // No HTML escapes: the plan has escaped the values for the format of the file.
      handlebars.compile(text, { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true });
    compiled.set(name, template);
    return template(context);
  };
}
