import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { followFile } from '../../../../src/daemons/kit/followed-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('a file that is followed', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'file');
  const replace = async (text: string) => {
    await writeFile(`${path()}.new`, text);
    await rename(`${path()}.new`, path());
  };

  it('is read once when many ask at the same time, and again when it changed meanwhile', async () => {
    const parsed: string[] = [];
    const parse = (text: string) => {
      parsed.push(text);
      return text;
    };
    await replace('first');
    const current = await followFile({ path: path(), parse, content: 'the letters' });
    await replace('second');
    expect(new Set(await Promise.all(Array.from({ length: 50 }, current)))).to.deep.equal(
      new Set(['second']),
    );
    expect(parsed).to.deep.equal(['first', 'second']);
    await replace('third');
    const [before, after] = await Promise.all([current(), replace('fourth').then(current)]);
    expect(before).to.be.oneOf(['third', 'fourth']);
    expect(after).to.equal('fourth');
  });
});
