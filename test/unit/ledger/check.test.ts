import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { checkLedger } from '../../../src/ledger/check.ts';
import { OperatorError } from '../../../src/errors.ts';
import { type LedgerText, serialiseLedger } from '../../../src/ledger/text.ts';
import { promiseAddress } from '../../../src/names/promise-address.ts';
import { accountOf, exampleLedger } from '../../support/ledgers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a check of the ledger', () => {
  const folder = temporaryFolder();
  const example = serialiseLedger(exampleLedger, '/p/srv/mail');

  async function check(changed: Partial<LedgerText> = {}, without: string[] = []): Promise<string> {
    const generation = join(folder(), 'srv/ledger/generation-1');
    await mkdir(generation, { recursive: true });
    for (const [file, text] of Object.entries({ ...example, ...changed })) {
      await writeFile(join(generation, file), text);
    }
    for (const file of without) await rm(join(generation, file));
    return checkLedger(generation);
  }
  async function problemsOf(changed: Partial<LedgerText>, without: string[] = []): Promise<string[]> {
    try {
      return [`fine: ${await check(changed, without)}`];
    } catch (error) {
      expect(error).to.be.instanceOf(OperatorError);
      return (error as Error).message.split('\n').map((line) => line.replace(/^.*generation-1\//, ''));
    }
  }

  it('says what a sound one holds', async () => {
    await mkdir(join(folder(), 'srv/mail/example.com/alice/_alice-00000000'), { recursive: true });
    const [first, second] = (await check()).split('\n');
    expect(first).to.equal('2 accounts, 1 released, 4 aliases; nothing is wrong');
    expect(second).to.match(/^1 accounts have no folder in .*\/srv\/mail yet$/);
  });

  it('does not count the account of a promise among those of people', async () => {
    const probe = accountOf('_probe', promiseAddress, { password: '{X}1' });
    const ledger = { ...exampleLedger, accounts: [...exampleLedger.accounts, probe] };
    expect(await check(serialiseLedger(ledger, '/p/srv/mail'))).to.match(
      /^2 accounts and one for the promise that mail is delivered, 1 released, 4 aliases; nothing is wrong$/m,
    );
  });

  it('says all that is wrong, with file and line, and not what is only wrong because of it', async () => {
    const holders = `${example.holders.replace('bob@example.com held', 'bob@example.com lent')}odd\n`;
    const ports = `${example.ports}http eighty -\n`;
    const problems = await problemsOf({ holders, ports });
    expect(problems).to.have.length(3);
    expect(problems[0]).to.match(/^holders:\d+: "lent" is neither held, released nor alias$/);
    expect(problems[1]).to.match(/^holders:\d+: is not `address state holder …`$/);
    expect(problems[2]).to.match(/^ports:3: is not `service port ipv4`$/);
  });

  it('stops after a hundred problems: in a file that was cut short nearly all lines are wrong', async () => {
    const holders = Array.from({ length: 150 }, (_none, index) => `odd${index}\n`).join('');
    const problems = await problemsOf({ holders: example.holders + holders });
    expect(problems).to.have.length(101);
    expect(problems.at(-1)).to.match(/: more than these 100 problems$/);
  });

  it('finds aliases without holder, holders without destinations, and loops', async () => {
    const aliases = `${example.aliases}zoe@example.com alice@example.com\n`;
    expect((await problemsOf({ aliases }))[0]).to.equal(
      'aliases:4: zoe@example.com has no holder in `holders`',
    );
    expect((await problemsOf({ aliases: '' }))[0]).to.match(
      /^holders:1: @example.com is an alias, which needs/,
    );
    const looping = `${example.aliases}alice@example.com sales@example.com\n`.replace(
      'bob@example.com,',
      'alice@example.com,',
    );
    expect((await problemsOf({ aliases: looping }))[0]).to.match(/^aliases:\d: loop: .* -> .* -> /);
  });

  it('misses each file that is not there, but for that of aliases where there are none', async () => {
    expect((await problemsOf({}, ['users', 'ports'])).map((line) => line.slice(0, 5))).to.deep.equal([
      'users',
      'ports',
    ]);
    const holders = example.holders.replace(/^.* alias .*\n/gm, '');
    expect((await problemsOf({ holders }, ['aliases']))[0]).to.match(
      /^fine: 2 accounts, 1 released, 0 aliases/,
    );
  });
});
