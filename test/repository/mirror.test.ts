/** Where a test stands says what it is about. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tests below `folder`, by their paths there without the extension. */
function testsIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => path.replace(/\.test\.ts$/, ''))
    .sort();
}

/** A file of that name, or one of the name of its folder, of which it is one subject of several. */
function hasSource(test: string, exists: (path: string) => boolean): boolean {
  return exists(test) || exists(dirname(test));
}

describe('a test', () => {
  it('below test/unit is named after the file of src/ that it is about, or stands in a folder of its name', () => {
    const isSource = (path: string) => existsSync(join(root, 'src', `${path}.ts`));
    const tests = testsIn('test/unit');
    expect(tests).not.to.deep.equal([]);
    expect(tests.filter((test) => !hasSource(test, isSource))).to.deep.equal([]);
  });

  it('below test/software is named after the program of software/ that it is about', () => {
    const packages: Readonly<Record<string, string>> = { promise: 'promise/slapos_mail_promise' };
    const isProgram = (path: string) => {
      const [folder = '', name = ''] = path.split('/');
      return existsSync(join(root, 'software', packages[folder] ?? folder, `${name}.py`));
    };
    const tests = testsIn('test/software');
    expect(tests).not.to.deep.equal([]);
    expect(tests.filter((test) => !isProgram(test))).to.deep.equal([]);
  });
});
