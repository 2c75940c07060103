import { readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { restoreLedger } from '../../../src/ledger/restore.ts';
import { changeLedger, ledgerStore, readLedger } from '../../../src/ledger/store.ts';
import { emptyLedger, type Ledger } from '../../../src/ledger/types.ts';
import { accountOf } from '../../support/ledgers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('restoring a ledger', () => {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder(), 'srv/ledger', path);
  const withPassword = (password: string): Ledger => ({
    ...emptyLedger,
    accounts: [accountOf('_alice', 'alice@example.com', { password })],
  });
  const write = (ledger: Ledger) => changeLedger(ledgerStore(folder()), () => ({ ledger, result: null }));
  const passwordNow = async () => (await readLedger(ledgerStore(folder()))).accounts[0]?.password;
  const restore = (isMeant: boolean, from = 'previous') => restoreLedger(at(''), from, isMeant);
  const refusal = (from: string) => restore(true, from).catch((error: unknown) => error);

  beforeEach(async () => {
    for (const password of ['{X}older', '{X}newer']) await write(withPassword(password));
  });

  it('only says what would change, unless it is meant', async () => {
    const said = await restore(false);
    expect(said).to.match(
      /^previous was written at \d{4}-.*\nusers: alice@example\.com has its earlier password again\n/,
    );
    expect(said).to.match(/\n1 change would be made, and none was; add --yes to make them$/);
    expect(await passwordNow()).to.equal('{X}newer');
  });

  it('goes back when it is meant, and can go forward again', async () => {
    expect(await restore(true)).to.match(/\n1 change made; process the partition now, /);
    expect(await passwordNow()).to.equal('{X}older');
    await restore(true);
    expect(await passwordNow()).to.equal('{X}newer');
    expect(await restore(false, await readlink(at('current')))).to.contain('nothing would change');
  });

  it('has Dovecot read the restored file: its time of change is a later one', async () => {
    const seconds = async () => Math.floor((await stat(at('current/users'))).mtimeMs / 1000);
    const before = await seconds();
    await restore(true);
    expect(await seconds()).to.be.greaterThan(before);
  });

  it('mends one that cannot be read', async () => {
    await writeFile(at('current/users'), 'nonsense\n');
    await rm(at('current/ports'));
    expect(await restore(true)).to.contain('users: line 1, which cannot be read, goes');
    expect(await passwordNow()).to.equal('{X}older');
  });

  it('does not go back to what cannot be read, is not there, or is elsewhere', async () => {
    await writeFile(at('previous/holders'), 'nonsense\n');
    for (const [from, reason] of [
      ['previous', /cannot go back to .*previous: .*previous\/holders:1: /],
      ['generation-77', /cannot go back to .*generation-77: ENOENT/],
      ['../mail', /is no generation of a ledger/],
    ] as const) {
      const error = await refusal(from);
      expect(error).to.be.instanceOf(OperatorError);
      expect((error as Error).message).to.match(reason);
    }
    expect(await passwordNow()).to.equal('{X}newer');
  });

  it('finds the previous generation as it was, whatever an editor wrote into the current one', async () => {
    await write({ ...withPassword('{X}newer'), secrets: { one: 'more' } });
    await writeFile(at('current/users'), 'written in place\n');
    expect(await readFile(at('previous/users'), 'utf8')).to.contain('{X}newer');
    for (const file of await readdir(at('current'))) {
      expect((await stat(at(`current/${file}`))).nlink, file).to.equal(1);
    }
  });

  it('does not change what is the same for its readers', async () => {
    const before = await stat(at('current/users'));
    await write({ ...withPassword('{X}newer'), secrets: { one: 'more' } });
    const after = await stat(at('current/users'));
    expect([after.mtimeMs, after.size, after.mode]).to.deep.equal([before.mtimeMs, before.size, before.mode]);
  });
});
