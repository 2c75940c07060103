import { createHash } from 'node:crypto';

export interface Pin {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the files that are it, in hexadecimal. */
  readonly hashes: readonly string[];
}

/** They are installed first, because the other packages are built with them. */
const buildTools = new Set(['pip', 'setuptools', 'wheel']);

/** The pins of a requirements file. Throws an Error for a line that does not pin a version. */
export function parseRequirements(text: string): Pin[] {
  return text
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, version, rest = ''] =
        /^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)((?: --hash=sha256:[0-9a-f]{64})*)$/.exec(line) ?? [];
      if (name === undefined || version === undefined)
        throw new Error(`requirements: "${line}" is not name==version with hashes`);
      return { name, version, hashes: [...rest.matchAll(/[0-9a-f]{64}/g)].map(([hash]) => hash) };
    });
}

/** The packages in two groups, as lines for pip: the build tools, and those that are built with them. */
export function installationOrder(pins: readonly Pin[]): [tools: string[], rest: string[]] {
  const isTool = ({ name }: Pin): boolean => buildTools.has(name.toLowerCase());
  const text = ({ name, version, hashes }: Pin): string =>
    [`${name}==${version}`, ...hashes.map((hash) => `--hash=sha256:${hash}`)].join(' ');
  return [pins.filter(isTool).map(text), pins.filter((pin) => !isTool(pin)).map(text)];
}

/** Identifies an environment by its requirements and its Python: it is made again when the stamp changes. */
export function environmentStamp(requirements: string, python: string): string {
  return createHash('sha256').update(`${python}\n${requirements}`).digest('hex');
}
