import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { changeLedger, type LedgerStore, ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import { ledgerFiles } from '../../../src/ledger/text.ts';
import { emptyLedger, type Ledger } from '../../../src/ledger/types.ts';
import { ageLock, startChild } from '../../support/child.ts';
import { exampleLedger, ledgerWithPassword } from '../../support/ledgers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const write = (store: LedgerStore, ledger: Ledger) =>
  changeLedger(store, () => ({ ledger, result: undefined }));

async function fails(promise: Promise<unknown>): Promise<OperatorError> {
  const error: unknown = await promise.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(OperatorError);
  return error as OperatorError;
}

describe('the ledger on disk', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  const store = () => ledgerStore(folder());
  const at = (...path: string[]) => join(store().folder, ...path);
  const generation = () => readlink(at('current'));

  it('is empty before anything was written, and reading makes nothing', async () => {
    expect(await readLedger(store())).to.deep.equal(emptyLedger);
    expect(await readdir(folder())).to.deep.equal([]);
  });

  it('holds what was written, for its user only', async () => {
    await write(store(), exampleLedger);
    const { accounts, outbox } = await readLedger(store());
    expect(accounts).to.have.deep.members([...exampleLedger.accounts]);
    expect(outbox).to.deep.equal(exampleLedger.outbox);
    expect((await stat(at())).mode & 0o777).to.equal(0o700);
    for (const file of ledgerFiles) {
      expect((await stat(at('current', file))).mode & 0o777, file).to.equal(0o600);
    }
  });

  it('gives the change the ledger as it is, and its result back', async () => {
    await write(store(), exampleLedger);
    const result = await changeLedger(store(), (ledger) => ({ ledger, result: ledger.secrets }));
    expect(result).to.deep.equal(exampleLedger.secrets);
  });

  it('keeps the generation before, and no older one', async () => {
    for (const password of ['{X}1', '{X}2', '{X}3']) await write(store(), ledgerWithPassword(password));
    expect(await readFile(at('current/users'), 'utf8')).to.contain('{X}3');
    expect(await readFile(at('previous/users'), 'utf8')).to.contain('{X}2');
    expect((await readdir(at())).sort()).to.deep.equal([
      'current',
      'generation-2',
      'generation-3',
      'previous',
    ]);
  });

  it('is never written when it could not be read again', async () => {
    await write(store(), exampleLedger);
    const name = await generation();
    const [alice] = exampleLedger.accounts;
    const twice = { ...exampleLedger, aliases: [{ ...alice!, destinations: ['bob@example.com'] }] };
    const error: unknown = await write(store(), twice).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error).and.not.instanceOf(OperatorError);
    expect((error as Error).message).to.contain('alice@example.com stands twice; the one before stays');
    expect(await generation()).to.equal(name);
    expect((await readLedger(store())).aliases).to.have.length(exampleLedger.aliases.length);
  });

  it('is not written again when nothing changed', async () => {
    await write(store(), exampleLedger);
    const before = await stat(at('current/users'));
    const name = await generation();
    await write(store(), exampleLedger);
    const after = await stat(at('current/users'));
    expect(await generation()).to.equal(name);
    expect([after.ino, after.mtimeMs, after.ctimeMs]).to.deep.equal([
      before.ino,
      before.mtimeMs,
      before.ctimeMs,
    ]);
  });

  it('keeps the time of files that did not change, and shares none with the generation before', async () => {
    await write(store(), exampleLedger);
    const before = await stat(at('current/users'));
    await write(store(), { ...exampleLedger, secrets: { other: 'secret' } });
    const after = await stat(at('current/users'));
    expect(after.mtimeMs).to.equal(before.mtimeMs);
    for (const file of ['users', 'secrets']) {
      expect((await stat(at(`current/${file}`))).ino).not.to.equal((await stat(at(`previous/${file}`))).ino);
    }
  });

  it('gives changed users a later second each time: Dovecot compares whole seconds and the size', async () => {
    const seconds: number[] = [];
    for (const password of ['{X}a', '{X}b', '{X}c', '{X}d']) {
      await write(store(), ledgerWithPassword(password));
      seconds.push((await stat(at('current/users'))).mtimeMs / 1000);
    }
    for (const [index, second] of seconds.entries()) {
      expect(Number.isInteger(second)).to.equal(true);
      if (index > 0) expect(second).to.be.greaterThan(seconds[index - 1]!);
    }
  });

  it('loses what a killed process left behind, with the next change', async () => {
    await write(store(), exampleLedger);
    await mkdir(at('generation-2'));
    await writeFile(at('generation-2/users'), 'half a li');
    await mkdir(at('generation-7'));
    await symlink('generation-2', at('.current-0123456789ab'));
    await write(store(), ledgerWithPassword('{X}new'));
    expect((await readdir(at())).sort()).to.deep.equal([
      'current',
      'generation-1',
      'generation-2',
      'previous',
    ]);
    expect(await readFile(at('current/users'), 'utf8')).to.contain('{X}new');
  });

  it('stays as it is when the change fails, and can be changed again', async () => {
    await write(store(), exampleLedger);
    const name = await generation();
    const change = changeLedger(store(), () => Promise.reject(new Error('a bug')));
    expect(await change.catch((error: unknown) => (error as Error).message)).to.equal('a bug');
    expect(await generation()).to.equal(name);
    await write(store(), ledgerWithPassword('{X}new'));
  });

  it('stays as it is when what it should hold does not fit its format', async () => {
    await write(store(), exampleLedger);
    const change = write(store(), { ...exampleLedger, secrets: { a: 'b\nc' } });
    expect(await change.catch((error: unknown) => (error as Error).message)).to.contain('cannot be written');
    expect((await readLedger(store())).secrets).to.deep.equal(exampleLedger.secrets);
  });

  it('is neither changed nor repaired when a line of it cannot be read', async () => {
    await write(store(), exampleLedger);
    await writeFile(at('current/holders'), 'nonsense\n');
    const { message } = await fails(write(store(), emptyLedger));
    expect(message).to.match(/current\/holders:1: .*; nothing was changed\. Mend the line/);
    expect(await readFile(at('current/holders'), 'utf8')).to.equal('nonsense\n');
    expect(await readdir(at())).to.deep.equal(['current', 'generation-1']);
    await fails(readLedger(store()));
  });

  it('says what to do about a file that is gone', async () => {
    await write(store(), exampleLedger);
    await rm(at('current/ports'));
    expect((await fails(readLedger(store()))).message).to.match(
      /ENOENT.*ports'; see what `ledger restore` would change$/,
    );
  });

  it('of a version that knew no aliases is read, and has them after the next change', async () => {
    const older = { ...exampleLedger, aliases: [] };
    await write(store(), older);
    await rm(at('current/aliases'));
    await rm(at('current/answers'));
    expect((await readLedger(store())).accounts).to.deep.equal(
      [...older.accounts].sort((left, right) => (left.address < right.address ? -1 : 1)),
    );
    await write(store(), exampleLedger);
    expect((await readLedger(store())).aliases).to.have.deep.members([...exampleLedger.aliases]);
    expect(await readFile(at('current/aliases'), 'utf8')).to.contain('sales@example.com ');
  });

  it('is not read without its aliases when it had some', async () => {
    await write(store(), exampleLedger);
    await rm(at('current/aliases'));
    expect((await fails(readLedger(store()))).message).to.match(/aliases/);
  });

  it('does not take a folder in the place of its link for an empty ledger', async () => {
    await mkdir(at('current'), { recursive: true });
    expect((await fails(readLedger(store()))).message).to.contain('must be a link to a generation');
  });

  it('does not take a copy that lost its link for an empty ledger', async () => {
    for (const password of ['{X}1', '{X}2']) await write(store(), ledgerWithPassword(password));
    await rm(at('current'));
    await rm(at('previous'));
    expect((await fails(readLedger(store()))).message).to.match(
      /current is missing, and a ledger is there \(generation-2\); link it/,
    );
    await fails(write(store(), emptyLedger));
    expect(await readFile(at('generation-2/users'), 'utf8')).to.contain('{X}2');
  });

  it('begins anew when the process that wrote the first generation was killed', async () => {
    await mkdir(at('generation-1'), { recursive: true });
    await writeFile(at('generation-1/users'), 'half a li');
    expect(await readLedger(store())).to.deep.equal(emptyLedger);
    await write(store(), exampleLedger);
    expect((await readLedger(store())).accounts).to.have.length(3);
  });

  it('is not removed while its link points to `previous`', async () => {
    for (const password of ['{X}1', '{X}2']) await write(store(), ledgerWithPassword(password));
    execFileSync('ln', ['-sfn', 'previous', at('current')]);
    expect((await fails(write(store(), emptyLedger))).message).to.contain('points to previous; link it to');
    expect(await readFile(at('current/users'), 'utf8')).to.contain('{X}1');
  });

  it('loses no change of several made at the same time', async () => {
    await write(store(), emptyLedger);
    const names = Array.from({ length: 8 }, (_none, index) => `name-${index}`);
    await Promise.all(
      names.map((name) =>
        changeLedger(store(), (ledger) => ({
          ledger: { ...ledger, secrets: { ...ledger.secrets, [name]: 'secret' } },
          result: undefined,
        })),
      ),
    );
    expect((await readLedger(store())).secrets).to.have.all.keys(...names);
  });

  it('loses no change of two processes', async () => {
    const children = ['left', 'right'].map((name) => startChild('change-ledger', [folder(), name, '6']));
    await Promise.all(children.map((child) => child.end()));
    const wanted = ['left', 'right'].flatMap((name) => [1, 2, 3, 4, 5, 6].map((each) => `${name}-${each}`));
    expect((await readLedger(store())).secrets).to.have.all.keys(...wanted);
  });

  it('can be changed after a process was killed that was changing it', async () => {
    const child = startChild('hold-ledger', [folder()]);
    await child.said('locked');
    await child.kill();
    await ageLock(store());
    await write(store(), exampleLedger);
    expect((await readLedger(store())).secrets).to.deep.equal(exampleLedger.secrets);
  });

  it('keeps the change of who took the lock from a process that was busy for too long', async () => {
    await write(store(), emptyLedger);
    const late = changeLedger(store(), async (ledger) => {
      await ageLock(store());
      await startChild('change-ledger', [folder(), 'other', '1']).end();
      return { ledger: { ...ledger, secrets: { late: 'secret' } }, result: undefined };
    });
    expect((await fails(late)).message).to.contain('another process changed the ledger');
    expect((await readLedger(store())).secrets).to.have.all.keys('other-1');
    await write(store(), exampleLedger);
  });

  it('is whole, and says so, when there is no room for a change', async () => {
    await write(store(), exampleLedger);
    const name = await generation();
    const child = startChild('fill-ledger', [folder()], { maximalFileSize: 4096 });
    expect(await child.end()).to.match(/^the ledger could not be written: EFBIG.*; the one before stays$/m);
    expect(await generation()).to.equal(name);
    expect((await readLedger(store())).accounts).to.have.length(3);
    expect((await readdir(at())).sort()).to.deep.equal(['current', name]);
    await write(store(), ledgerWithPassword('{X}new'));
  });

  it('is read by whoever reads it while it changes: the old one or the new one', async () => {
    await write(store(), ledgerWithPassword('{X}start'));
    const child = startChild('change-ledger', [folder(), 'name', '15']);
    let reads = 0;
    const ended = child.end().then(() => true);
    while (!(await Promise.race([ended, Promise.resolve(false)]))) {
      expect((await readLedger(store())).accounts).to.have.length(1);
      reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reads).to.be.greaterThan(10);
  });

  it('is read once while its files say the same, and anew when somebody edits one in place', async () => {
    const reader = store();
    await write(store(), ledgerWithPassword('{X}1'));
    const first = await readLedger(reader);
    expect(await readLedger(reader)).to.equal(first);
    const { atime, mtime } = await stat(at('current/users'));
    const users = await readFile(at('current/users'), 'utf8');
    await writeFile(at('current/users'), users.replace('{X}1', '{X}2'));
    await utimes(at('current/users'), atime, mtime);
    expect((await readLedger(reader)).accounts[0]?.password).to.equal('{X}2');
  });

  it('can be put back by an operator with one link', async () => {
    await write(store(), ledgerWithPassword('{X}good'));
    await write(store(), ledgerWithPassword('{X}bad'));
    execFileSync('ln', ['-sfn', await readlink(at('previous')), at('current')]);
    expect((await readLedger(store())).accounts[0]).to.include({ password: '{X}good' });
    await write(store(), ledgerWithPassword('{X}next'));
    expect((await readLedger(store())).accounts[0]).to.include({ password: '{X}next' });
  });
});
