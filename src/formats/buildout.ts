/** A buildout profile: sections of options. `$` starts a substitution, which plain buildout cannot escape. */
import { refuseCharacters } from './one-word.ts';

export type BuildoutSections = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Writes a list with one item a line. Values are names, paths and numbers that this program chose; refuses what buildout would interpret. */
export function serialiseBuildout(sections: BuildoutSections): string {
  return Object.entries(sections)
    .map(([name, options]) => {
      const lines = Object.entries(options).map(([key, value]) =>
        typeof value === 'string'
          ? `${key} = ${buildoutValue(value)}`
          : [`${key} =`, ...value.map((item) => `  ${buildoutValue(item)}`)].join('\n'),
      );
      return `[${refuseCharacters(name, /[\][]/, 'a buildout section name')}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

function buildoutValue(value: string): string {
  return refuseCharacters(value, /[$#;]/, 'a buildout profile');
}
