import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { makeNamedFolder } from '../../../src/host/make-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a folder that somebody named', () => {
  const folder = temporaryFolder();
  const refusalOf = (path: string) => makeNamedFolder(path).catch((error: unknown) => error);

  it('is made with those above it, and stays when it is there', async () => {
    const path = join(folder(), 'one/two/three');
    for (let time = 0; time < 2; time += 1) await makeNamedFolder(path);
    expect((await stat(path)).isDirectory()).to.equal(true);
    await mkdir(join(folder(), 'here'));
    await makeNamedFolder(join(folder(), 'here/below'));
  });

  for (const { place, reason } of [
    { place: '/proc/nowhere/below', reason: /^\/proc\/nowhere\/below: ENOENT/ },
    { place: '/proc/nowhere', reason: /^\/proc\/nowhere: ENOENT/ },
    { place: '/dev/null', reason: /^\/dev\/null: EEXIST/ },
    { place: '/dev/null/below', reason: /^\/dev\/null\/below: ENOTDIR/ },
  ]) {
    it(`is refused at ${place}, at once and with the reason`, async () => {
      const error = await refusalOf(place);
      expect(error).to.be.instanceOf(OperatorError);
      expect((error as Error).message)
        .to.match(reason)
        .and.match(/; name a folder that can be made$/);
    });
  }

  it('is refused below a file', async () => {
    await writeFile(join(folder(), 'file'), '');
    expect(await refusalOf(join(folder(), 'file/below'))).to.be.instanceOf(OperatorError);
  });
});
