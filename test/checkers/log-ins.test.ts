/** Who may log in where any password is good, and how often one may fail at a relay node, as Dovecot says. */
import { readFile } from 'node:fs/promises';

import { expect } from 'chai';

import { changeLedger, ledgerStore } from '../../src/ledger/store.ts';
import { hashPassword } from '../../src/daemons/portal/bcrypt.ts';
import { serveLogIns } from '../../src/daemons/kit/serve-log-ins.ts';
import { parseRelayPolicyConfig } from '../../src/daemons/relay-policy/config.ts';
import { type Doveadm, startDovecot } from '../support/written-dovecot.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

describe('log-ins of the scenario open-radio-station', () => {
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('open-radio-station');
    doveadm = await startDovecot(partition);
  });
  after(async () => {
    await doveadm('stop');
    await partition.remove();
  });

  /** All at once: each failure waits for two seconds, and for a policy service that is not there. */
  const whoMayLogIn = async (names: readonly string[]) => {
    const results = await Promise.all(names.map((name) => doveadm('auth', 'test', name, 'whatever')));
    return names.filter((_name, index) => results[index]?.exitCode === 0);
  };

  it('take any name', async () => {
    const names = ['anybody@example.com', '..a@b..', 'a.b@x', 'nobody'];
    expect(await whoMayLogIn(names)).to.deep.equal(names);
  });

  it('take none whose mailbox would be outside the folder of mailboxes', async () => {
    const names = ['ledger@..', 'a@.', '..@..', '..@example.com', '.@example.com', '..', '.', '@..'];
    expect(await whoMayLogIn([...names, 'anybody@example.com'])).to.deep.equal(['anybody@example.com']);
  });
});

describe('log-ins of the scenario addresses', () => {
  const password = 'the password of all';
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('addresses');
    const hash = await hashPassword(password);
    await changeLedger(ledgerStore(partition.at('')), (ledger) => ({
      ledger: { ...ledger, accounts: ledger.accounts.map((each) => ({ ...each, password: hash })) },
      result: undefined,
    }));
    await partition.ownAll();
    doveadm = await startDovecot(partition);
  });
  after(async () => {
    await doveadm('stop');
    await partition.remove();
  });

  /** The account that the name logs in to; null: none. */
  const accountOf = async (name: string, word = password): Promise<string | null> => {
    const { exitCode, stdout } = await doveadm('auth', 'test', '-x', 'service=smtp', name, word);
    return exitCode === 0 ? (/^ *user=(.*)$/m.exec(stdout)?.[1] ?? name) : null;
  };

  const accounts: Readonly<Record<string, string>> = {
    'alice@mail1.example.com': 'alice@mail1.example.com',
    'ALICE@mail1.example.com': 'alice@mail1.example.com',
    'a.lice@mail1.example.com': 'alice@mail1.example.com',
    'Sales@mail1.example.com': 'alice@mail1.example.com',
    'alice@alias.example.com': 'alice@mail1.example.com',
    'carol@xn--bcher-kva.example': 'carol@xn--bcher-kva.example',
    'carol@bücher.example': 'carol@xn--bcher-kva.example',
    'Carol@BÜCHER.example': 'carol@xn--bcher-kva.example',
    'carol@bu\u0308cher.example': 'carol@xn--bcher-kva.example',
  };
  it('take the other addresses of an account, and domains in both writings', async () => {
    const found = await Promise.all(
      Object.keys(accounts).map(async (name): Promise<[string, string | null]> => [
        name,
        await accountOf(name),
      ]),
    );
    expect(Object.fromEntries(found)).to.deep.equal(accounts);
  });

  it('take no alias that is a request of its own, no catch-all, no tag, and no wrong password', async () => {
    const names = ['team@mail1.example.com', 'outside@mail1.example.com', 'whoever@mail1.example.com'];
    const more = ['alice+tag@mail1.example.com', '@mail1.example.com', 'alice@bücher.example'];
    expect(await Promise.all([...names, ...more].map((name) => accountOf(name)))).to.deep.equal(
      [...names, ...more].map(() => null),
    );
    expect(await accountOf('a.lice@mail1.example.com', 'another password')).to.equal(null);
    expect(await accountOf('a.lice@mail1.example.com', '')).to.equal(null);
  });

  it('without TLS are refused by any name', async () => {
    const { exitCode } = await doveadm(
      'auth',
      'test',
      '-x',
      'service=imap',
      'a.lice@mail1.example.com',
      password,
    );
    expect(exitCode).to.not.equal(0);
  });
});

describe('log-ins of tenants to a relay node', () => {
  const login = 'mail2.example.com';
  const password = 'password-of-mail2';
  const listenersBefore = process.listeners('SIGTERM');
  let partition: WrittenPartition;
  let doveadm: Doveadm;
  before(async () => {
    partition = await writePartition('relay-node');
    const path = partition.at('etc/relay-policy.json');
    const config = {
      ...parseRelayPolicyConfig(await readFile(path, 'utf8'), path),
      logInLimits: { failures: 3, minutes: 10 },
    };
    await serveLogIns({ current: config, latest: async () => config });
    await partition.ownAll();
    doveadm = await startDovecot(partition, 'etc/sasl/dovecot.conf');
  });
  after(async () => {
    await doveadm('stop');
    for (const listener of process.listeners('SIGTERM'))
      if (!listenersBefore.includes(listener)) listener('SIGTERM');
    await partition.remove();
  });

  const logsIn = async (from: string, word: string, name = login): Promise<boolean> => {
    const { exitCode } = await doveadm('auth', 'test', '-x', 'service=smtp', '-x', `rip=${from}`, name, word);
    return exitCode === 0;
  };

  it('that fail make nobody else wait, in the same network or elsewhere', async () => {
    const wrong = Array.from({ length: 3 }, (_, index) => logsIn('2001:db8:1:1::1', `wrong ${index}`));
    expect(await Promise.all(wrong)).to.deep.equal([false, false, false]);
    const { stdout } = await doveadm('penalty');
    expect(stdout.split('\n').slice(1)).to.deep.equal([]);
    expect(await logsIn('2001:db8:1:2::1', password)).to.equal(true);
  });

  it('that fail too often keep this client out of this name, and no other', async () => {
    expect(await logsIn('2001:db8:1:1::2', password)).to.equal(false);
    expect(await logsIn('2001:db8:1:2::2', password)).to.equal(true);
    expect(await logsIn('192.0.2.1', password)).to.equal(true);
  });
});
