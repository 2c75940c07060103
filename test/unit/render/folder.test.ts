import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import type { FolderFile } from '../../../src/render/instance.ts';
import { folderChanges, writeFolder } from '../../../src/render/folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const files: FolderFile[] = [
  { path: 'etc/main.cf', mode: 0o600, content: 'one\ntwo\n' },
  { path: 'libexec/start', mode: 0o700, content: '#!/bin/sh\n' },
];
const manifest = '.slapos-mail-render.json';

describe('a rendered folder', () => {
  const folder = temporaryFolder();
  const output = () => join(folder(), 'output');
  const at = (path: string) => join(output(), path);
  const kinds = (changes: readonly { path: string; kind: string }[]) =>
    Object.fromEntries(changes.map(({ path, kind }) => [path, kind]));

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error: unknown = await promise.then(
      () => 'nothing failed',
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(OperatorError);
    return (error as OperatorError).message;
  }

  it('holds the files with their modes, and a list of what is in it', async () => {
    expect(kinds(await writeFolder(output(), files))).to.deep.equal({
      'etc/main.cf': 'new',
      'libexec/start': 'new',
    });
    expect(await readFile(at('etc/main.cf'), 'utf8')).to.equal('one\ntwo\n');
    expect((await stat(at('etc/main.cf'))).mode & 0o777).to.equal(0o600);
    expect((await stat(at('libexec/start'))).mode & 0o777).to.equal(0o700);
    expect((await readdir(output())).sort()).to.deep.equal([manifest, 'etc', 'libexec']);
  });

  it('is not written again when nothing changed', async () => {
    await writeFolder(output(), files);
    const before = await stat(at('etc/main.cf'));
    expect(await writeFolder(output(), files)).to.deep.equal([]);
    expect((await stat(at('etc/main.cf'))).ino).to.equal(before.ino);
  });

  it('loses what an earlier render wrote and this one lacks', async () => {
    await writeFolder(output(), files);
    const changes = await writeFolder(output(), [{ ...files[0]!, content: 'one\nthree\n' }]);
    expect(kinds(changes)).to.deep.equal({ 'etc/main.cf': 'changed', 'libexec/start': 'removed' });
    expect(await readdir(at('libexec'))).to.deep.equal([]);
  });

  it('shows what would change, and writes nothing', async () => {
    await writeFolder(output(), files);
    const [change] = await folderChanges(output(), [{ ...files[0]!, content: 'one\nthree\n' }, files[1]!]);
    expect(change?.patch()).to.contain('-two\n+three\n');
    expect(await readFile(at('etc/main.cf'), 'utf8')).to.equal('one\ntwo\n');
    expect(await folderChanges(join(folder(), 'none'), files)).to.have.length(2);
    expect(await readdir(folder())).to.deep.equal(['output']);
  });

  it('is never made in a folder of somebody else', async () => {
    await mkdir(output());
    await writeFile(at('letter.txt'), 'mine');
    expect(await refusal(writeFolder(output(), files))).to.match(
      /holds files that render did not write; give an empty folder$/,
    );
    expect(await readdir(output())).to.deep.equal(['letter.txt']);
  });

  it('keeps what somebody changed in it, and says which file', async () => {
    await writeFolder(output(), files);
    await writeFile(at('etc/main.cf'), 'edited by hand');
    const attempts = [
      () => writeFolder(output(), files),
      () => folderChanges(output(), files),
      () => writeFolder(output(), []),
    ];
    for (const attempt of attempts) {
      expect(await refusal(attempt())).to.match(/etc\/main\.cf is not as render wrote it; move it away/);
    }
    expect(await readFile(at('etc/main.cf'), 'utf8')).to.equal('edited by hand');
  });

  it('keeps what somebody put in the place of a file to come', async () => {
    await writeFolder(output(), files);
    await writeFile(at('etc/other'), 'mine');
    await writeFolder(output(), files);
    const more = [...files, { path: 'etc/other', mode: 0o600, content: 'ours' }];
    expect(await refusal(writeFolder(output(), more))).to.contain('etc/other is not as render wrote it');
    expect(await readFile(at('etc/other'), 'utf8')).to.equal('mine');
  });
});
