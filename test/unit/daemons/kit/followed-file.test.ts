import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { followFile } from '../../../../src/daemons/kit/followed-file.ts';
import { listOf, parseJson, text } from '../../../../src/daemons/kit/json-codec.ts';
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
    const file = await followFile({ path: path(), parse, content: 'the letters' });
    await replace('second');
    expect(file.current).to.equal('first');
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => file.latest())))).to.deep.equal(
      new Set(['second']),
    );
    expect(file.current).to.equal('second');
    expect(parsed).to.deep.equal(['first', 'second']);
    await replace('third');
    const [before, after] = await Promise.all([file.latest(), replace('fourth').then(() => file.latest())]);
    expect(before).to.be.oneOf(['third', 'fourth']);
    expect(after).to.equal('fourth');
  });

  const letters = listOf(text);
  const parse = (written: string, from: string) => parseJson(written, from, letters);

  for (const [what, written, reason] of [
    ['is no JSON', '["a"', 'is no JSON: '],
    ['holds something else', '["a",1]', '/1 must be a text'],
    ['is empty', '', 'is no JSON: '],
  ] as const)
    it(`that ${what} at the start is the operator's to mend, and says where and how`, async () => {
      await replace(written);
      const error: unknown = await followFile({ path: path(), parse, content: 'the letters' }).catch(
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(OperatorError);
      expect((error as Error).message).to.contain(`${path()}: ${reason}`);
      expect((error as Error).message).to.match(/; process the partition again to have it written anew$/);
    });

  it('that is not there at the start is the operator’s to mend as well', async () => {
    const error: unknown = await followFile({ path: path(), parse, content: 'the letters' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(OperatorError);
    expect((error as Error).message)
      .to.contain(path())
      .and.to.match(/; process the partition again$/);
  });

  it('that turns to nonsense, empties or vanishes leaves its value in use, and is reported once for each', async () => {
    const problems: string[] = [];
    await replace('["a"]');
    const file = await followFile({
      path: path(),
      parse,
      content: 'the letters',
      report: (problem) => problems.push(problem),
    });
    const look = async () => {
      for (let index = 0; index < 3; index += 1) expect(await file.latest()).to.deep.equal(['a']);
    };
    for (const written of ['["b"', '', '["c",2]']) {
      await replace(written);
      await look();
    }
    await rm(path());
    await look();
    expect(problems).to.have.length(4);
    for (const [index, reason] of ['is no JSON', 'is empty', '/1 must be a text', 'ENOENT'].entries()) {
      expect(problems[index]).to.contain(reason).and.to.contain(path());
      expect(problems[index]).to.match(/; the letters before stay in use$/);
    }
    await replace('["d"]');
    expect(await file.latest()).to.deep.equal(['d']);
    await replace('');
    expect(await file.latest()).to.deep.equal(['d']);
    expect(problems).to.have.length(5);
  });
});
