import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import type { RenderedFile } from '../../../../src/render/files.ts';
import { isAsPlanned, writeFileAtomically } from '../../../../src/host/write-file.ts';
import { removeFormerFiles, writeFiles, writeFolders } from '../../../../src/converge/write/write-plan.ts';
import { type StandInPostmap, standInPostmap } from '../../../support/stand-in-postmap.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('a file that is written', () => {
  const folder = temporaryFolder();

  it('has its content and mode, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await writeFileAtomically(join(folder(), 'a'), 'text é', 0o644);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(folder(), 'a'))).mode & 0o777).to.equal(0o644);
    expect(await readFile(join(folder(), 'a'), 'utf8')).to.equal('text é');
    expect(await readdir(folder())).to.deep.equal(['a']);
  });

  it('has its mode before it has any content', async () => {
    const seen: { mode: number; size: number }[] = [];
    let done = false;
    const writing = writeFileAtomically(join(folder(), 'a'), 'x'.repeat(30_000_000), 0o400).then(
      () => (done = true),
    );
    while (!done) {
      for (const name of await readdir(folder())) {
        const status = await stat(join(folder(), name)).catch(() => null);
        if (status) seen.push({ mode: status.mode & 0o777, size: status.size });
      }
    }
    await writing;
    const withContent = seen.filter(({ size }) => size > 0);
    expect(withContent.length).to.be.greaterThan(0);
    for (const { mode } of withContent) expect(mode).to.equal(0o400);
    for (const { mode } of seen) expect(mode & 0o077).to.equal(0);
  });

  it('is replaced, not changed: who has it open reads the old one to its end', async () => {
    const path = join(folder(), 'a');
    await writeFileAtomically(path, 'old', 0o600);
    const { ino } = await stat(path);
    await writeFileAtomically(path, 'new', 0o600);
    expect((await stat(path)).ino).not.to.equal(ino);
  });

  it('stays as it was when it cannot be written, and nothing is left beside it', async () => {
    await mkdir(join(folder(), 'a'));
    const error: unknown = await writeFileAtomically(join(folder(), 'a'), 'x', 0o600).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(OperatorError);
    expect(String(error)).to.match(/could not be written: .*; the one before stays/);
    expect(await readdir(folder())).to.deep.equal(['a']);
  });

  it('is as planned only with this content and this mode', async () => {
    const path = join(folder(), 'a');
    expect(await isAsPlanned(path, '', 0o600)).to.equal(false);
    await writeFileAtomically(path, 'x', 0o600);
    expect(await isAsPlanned(path, 'x', 0o600)).to.equal(true);
    expect(await isAsPlanned(path, 'y', 0o600)).to.equal(false);
    expect(await isAsPlanned(path, 'x', 0o640)).to.equal(false);
  });
});

describe('planned files', () => {
  const folder = temporaryFolder();
  let indexer: StandInPostmap;
  const at = (path: string) => join(folder(), path);
  const text = (path: string) => readFile(at(path), 'utf8');
  const notes = async () => (await readdir(at('var/run/changed')).catch(() => [])).sort();
  const write = (files: readonly RenderedFile[], by = indexer) => writeFiles(folder(), files, by);

  const plain: RenderedFile = { path: 'etc/plain', mode: 0o600, content: 'plain\n' };
  const table: RenderedFile = { path: 'etc/table', mode: 0o600, content: 'key value\n', table: true };

  beforeEach(async () => {
    await mkdir(at('etc'));
    await mkdir(at('bin'));
    indexer = await standInPostmap(at('bin'));
  });

  it('are written and named, the first time', async () => {
    expect(await write([plain, table])).to.deep.equal([plain, table]);
    expect(await text('etc/plain')).to.equal('plain\n');
    expect(await text('etc/table')).to.equal('key value\n');
    expect(await text('etc/table.cdb')).to.equal('indexed\nkey value\n');
    expect((await readdir(at('etc'))).sort()).to.deep.equal(['plain', 'table', 'table.cdb']);
  });

  it('are left alone when they are as planned', async () => {
    await write([plain, table]);
    const look = () =>
      Promise.all(
        ['etc/plain', 'etc/table', 'etc/table.cdb'].map(async (path) => {
          const { ino, mtimeMs, ctimeMs } = await stat(at(path));
          return [ino, mtimeMs, ctimeMs];
        }),
      );
    const before = await look();
    expect(await write([plain, table])).to.deep.equal([]);
    expect(await look()).to.deep.equal(before);
    expect(await indexer.calls()).to.have.length(1);
  });

  it('lose what a run left that was killed after its last rename', async () => {
    await write([plain, table]);
    await mkdir(at('etc/.table-table'));
    await writeFile(at('etc/.table-table/main.cf'), '');
    await writeFile(at('etc/.plain.new'), 'half');
    expect(await write([plain, table])).to.deep.equal([]);
    expect((await readdir(at('etc'))).filter((name) => name.startsWith('.'))).to.deep.equal([]);
  });

  it('are written again when somebody changed content or mode', async () => {
    await write([plain]);
    await writeFile(at('etc/plain'), 'edited');
    expect(await write([plain])).to.deep.equal([plain]);
    await chmod(at('etc/plain'), 0o644);
    expect(await write([plain])).to.deep.equal([plain]);
    expect((await stat(at('etc/plain'))).mode & 0o777).to.equal(0o600);
  });

  it('are indexed once for each table that changed', async () => {
    const other = { ...table, path: 'etc/other' };
    await write([table, other]);
    await write([{ ...table, content: 'key other\n' }, other]);
    expect((await indexer.calls()).map((path) => basename(path))).to.deep.equal(['table', 'other', 'table']);
    expect(await text('etc/table.cdb')).to.equal('indexed\nkey other\n');
  });

  it('are indexed again when the indexed file is gone', async () => {
    await write([table]);
    await rm(at('etc/table.cdb'));
    expect(await write([table])).to.deep.equal([table]);
    expect(await text('etc/table.cdb')).to.equal('indexed\nkey value\n');
  });

  it('leave a table as it was when it cannot be indexed, and finish it with the next run', async () => {
    await write([table]);
    const changed = { ...table, content: 'key other\n' };
    const broken = await standInPostmap(at('bin'), 'broken', 'echo "postmap: fatal: no room" >&2; exit 1');
    const error: unknown = await write([changed], broken).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError);
    expect(String(error)).to.contain('broken failed: postmap: fatal: no room');
    expect(await text('etc/table')).to.equal('key value\n');
    expect(await text('etc/table.cdb')).to.equal('indexed\nkey value\n');
    expect((await readdir(at('etc'))).sort()).to.deep.equal(['table', 'table.cdb']);
    expect(await write([changed])).to.deep.equal([changed]);
    expect(await text('etc/table.cdb')).to.equal('indexed\nkey other\n');
  });

  it('never have a table that belongs to another source, wherever a run was killed', async () => {
    // What a run leaves that is killed after each of its renames, when it was to write `new` in the place of `old`.
    const [old, next] = [table, { ...table, content: 'new value\n' }];
    const cuts: (() => Promise<void>)[] = [
      () => rm(at('etc/table')),
      async () => {
        await rm(at('etc/table'));
        await writeFile(at('etc/table.cdb'), 'indexed\nnew value\n');
      },
      () => mkdir(at('etc/.table-table'), { recursive: true }).then(() => undefined),
    ];
    for (const cut of cuts) {
      for (const wanted of [old, next]) {
        await write([old]);
        await cut();
        await write([wanted]);
        expect(await text('etc/table')).to.equal(wanted.content);
        expect(await text('etc/table.cdb')).to.equal(`indexed\n${wanted.content}`);
      }
    }
  });

  it('are there, old table and old source, while the new one is indexed', async () => {
    await write([table]);
    const spy = await standInPostmap(at('bin'), 'spy', `ls ${at('etc')} > ${at('bin/seen')}`);
    await write([{ ...table, content: 'new value\n' }], spy);
    expect((await text('bin/seen')).split('\n')).to.include.members(['table', 'table.cdb']);
  });

  it('leave a note for each daemon before they change, which a killed run does not take away', async () => {
    const restarted: RenderedFile = { ...plain, path: 'libexec/start', restart: 'dovecot' };
    const reloaded: RenderedFile = { ...plain, path: 'no-such-folder/main.cf', reload: 'postfix' };
    await mkdir(at('libexec'));
    await write([restarted, reloaded]).catch(() => undefined);
    expect(await notes()).to.deep.equal(['reload-postfix', 'stop-dovecot']);
  });

  it('leave no note when nothing changed', async () => {
    const file: RenderedFile = { ...plain, reload: 'postfix' };
    await write([file]);
    await rename(at('var'), at('seen'));
    await write([file]);
    expect(await notes()).to.deep.equal([]);
  });
});

describe('planned folders', () => {
  const folder = temporaryFolder();

  it('are made with their mode, and mended when they have another', async () => {
    const folders = [
      { path: 'a/b', mode: 0o750 },
      { path: 'a', mode: 0o711 },
    ];
    await writeFolders(folder(), folders);
    await chmod(join(folder(), 'a/b'), 0o777);
    await writeFolders(folder(), folders);
    expect((await stat(join(folder(), 'a/b'))).mode & 0o777).to.equal(0o750);
    expect((await stat(join(folder(), 'a'))).mode & 0o777).to.equal(0o711);
  });
});

describe('files of a folder that names those which go', () => {
  const folder = temporaryFolder();

  it('go when they are not planned any more, with what was made of them, and others stay', async () => {
    const at = (name: string) => join(folder(), 'etc/out', name);
    const folders = [
      { path: 'etc/out', mode: 0o700, removable: /^delivery-.*-password(\..*)?$/ },
      { path: 'etc/other', mode: 0o700 },
    ];
    await writeFolders(folder(), folders);
    const names = ['delivery-a-password', 'delivery-b-password', 'delivery-notes', 'main.cf'];
    for (const name of [...names, 'delivery-a-password.cdb', 'delivery-b-password.cdb'])
      await writeFile(at(name), '');
    await writeFile(join(folder(), 'etc/other/delivery-x-password'), '');
    const files = [{ path: 'etc/out/delivery-b-password', table: true as const }];
    await removeFormerFiles(folder(), folders, files, { type: 'cdb' });
    expect((await readdir(join(folder(), 'etc/out'))).sort()).to.deep.equal([
      'delivery-b-password',
      'delivery-b-password.cdb',
      'delivery-notes',
      'main.cf',
    ]);
    expect(await readdir(join(folder(), 'etc/other'))).to.deep.equal(['delivery-x-password']);
  });
});
