import { createHash } from 'node:crypto';

export interface Pin {
  readonly name: string;
  readonly version: string;
}

/** They are installed first, because the other packages are built with them. */
const buildTools = new Set(['pip', 'setuptools', 'wheel']);

/** The pins of a requirements file. Throws an Error for a line that does not pin a version. */
export function parseRequirements(text: string): Pin[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, version] = /^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)$/.exec(line) ?? [];
      if (name === undefined || version === undefined)
        throw new Error(`requirements: "${line}" is not name==version`);
      return { name, version };
    });
}

/** The packages in two groups: the build tools, and those that are built with them. */
export function installationOrder(pins: readonly Pin[]): [tools: string[], rest: string[]] {
  const isTool = ({ name }: Pin): boolean => buildTools.has(name.toLowerCase());
  const text = ({ name, version }: Pin): string => `${name}==${version}`;
  return [pins.filter(isTool).map(text), pins.filter((pin) => !isTool(pin)).map(text)];
}

/** Identifies an environment by its requirements and its Python: it is made again when the stamp changes. */
export function environmentStamp(requirements: string, python: string): string {
  return createHash('sha256').update(`${python}\n${requirements}`).digest('hex');
}
