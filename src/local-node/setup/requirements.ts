import { createHash } from 'node:crypto';

export interface Pin {
  readonly name: string;
  readonly version: string;
}

/** Needed to build the others: installed first. */
const buildTools = new Set(['pip', 'setuptools', 'wheel']);

/** The pins of a requirements file. Throws an Error for a line that pins nothing: an install must be repeatable. */
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

/** What pip installs first and what then: the second group is built with the tools of the first. */
export function installationOrder(pins: readonly Pin[]): [tools: string[], rest: string[]] {
  const isTool = ({ name }: Pin): boolean => buildTools.has(name.toLowerCase());
  const text = ({ name, version }: Pin): string => `${name}==${version}`;
  return [pins.filter(isTool).map(text), pins.filter((pin) => !isTool(pin)).map(text)];
}

/** Tells one environment from another: what is installed, and the Python that it is for. */
export function environmentStamp(requirements: string, python: string): string {
  return createHash('sha256').update(`${python}\n${requirements}`).digest('hex');
}
