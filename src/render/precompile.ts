/** Handlebars' compiler, which a release does not need: its templates were precompiled when it was made. */
import Handlebars from 'handlebars';

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

/** An expression of JavaScript whose value is what Handlebars' runtime makes the template `text` from. */
function precompile(text: string): string {
  // No HTML escapes: the plan has escaped the values for the format of the file.
  return Handlebars.precompile(text, {
    noEscape: true,
    strict: true,
    knownHelpers,
    knownHelpersOnly: true,
  }) as string;
}

/**
 * A module of JavaScript whose default export is the templates `texts` (path → text), each precompiled. Throws an Error
 * that names the template that is none.
 */
export function precompiledModule(texts: Readonly<Record<string, string>>): string {
  const entries = Object.entries(texts).map(([path, text]) => {
    try {
      return `${JSON.stringify(path)}: ${precompile(text)},\n`;
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    }
  });
  return `export default {\n${entries.join('')}};\n`;
}
