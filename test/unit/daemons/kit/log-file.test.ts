import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { logFile } from '../../../../src/daemons/kit/log-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the log of a daemon', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'log');

  it('is private, and goes on in a new file when it was rotated by renaming', async () => {
    const log = logFile(path());
    log.write('one\n');
    log.write('two\n');
    expect((await stat(path())).mode & 0o777).to.equal(0o600);
    await rename(path(), `${path()}.1`);
    log.write('three\n');
    expect(await readFile(`${path()}.1`, 'utf8')).to.equal('one\ntwo\n');
    expect(await readFile(path(), 'utf8')).to.equal('three\n');
  });

  it('tells standard error what it cannot write, and goes on', async () => {
    await mkdir(path());
    const { write } = process.stderr;
    const said: string[] = [];
    process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
    try {
      logFile(path()).write('a line\n');
    } finally {
      process.stderr.write = write;
    }
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/^a line\n.*EISDIR/);
  });
});
