/** Changes of password that meet other changes: of the ledger, or of each other. */
import { setImmediate as turn } from 'node:timers/promises';

import bcrypt from 'bcryptjs';
import { expect } from 'chai';

import { changeLedger } from '../../../../src/ledger/store.ts';
import { type AccountRecord, usualSettings } from '../../../../src/ledger/types.ts';
import { BusyError, hashPassword } from '../../../../src/daemons/portal/bcrypt.ts';
import { changePassword } from '../../../../src/daemons/portal/password-change.ts';
import { account, type Partition, partitionWith } from './portal-fixture.ts';

const bob = 'bob@example.com';
const currentPassword = 'bobs first password';
const change = { user: bob, currentPassword, password: 'bobs second password' };

const makeHash = bcrypt.hash.bind(bcrypt);

/** While `work` goes on hashes are made by `make`. */
async function hashingBy(make: (text: string) => Promise<string>, work: () => Promise<void>): Promise<void> {
  bcrypt.hash = make;
  try {
    await work();
  } finally {
    bcrypt.hash = makeHash;
  }
}

describe('a change of password', function () {
  this.timeout(20_000);
  let partition: Partition;
  let hash: string;
  before(async () => {
    hash = await hashPassword(currentPassword);
  });
  beforeEach(async () => {
    partition = await partitionWith([account(bob, { password: hash })]);
  });
  afterEach(() => partition.remove());

  const place = () => ({
    store: partition.store,
    partition: partition.folder,
    log: () => undefined,
  });
  const become = (changes: Partial<AccountRecord>) =>
    changeLedger(partition.store, (ledger) => ({
      ledger: { ...ledger, accounts: ledger.accounts.map((each) => ({ ...each, ...changes })) },
      result: null,
    }));

  for (const [what, changes] of Object.entries<Partial<AccountRecord>>({
    'got another holder': { holder: 'shared:another' },
    'got another password': { password: '{BLF-CRYPT}$2b$10$another' },
    'was released': { state: 'released' },
  })) {
    it(`is denied when the account ${what} while the new hash was made`, async () => {
      const makeMeanwhile = async (text: string) => {
        await become(changes);
        return makeHash(text, 4);
      };
      await hashingBy(makeMeanwhile, async () => {
        expect(await changePassword(place(), change)).to.equal('denied');
      });
      expect((await partition.account(bob))?.password).to.equal(changes.password ?? hash);
    });
  }

  it('is denied to a suspended account, whose owner may not log in either', async () => {
    for (const suspended of ['keep-mail', 'refuse-mail'] as const) {
      await become({ settings: { ...usualSettings, suspended } });
      expect(await changePassword(place(), change), suspended).to.equal('denied');
    }
    await become({ settings: usualSettings });
    expect(await changePassword(place(), change)).to.equal('updated');
  });
});

describe('hashes of passwords', () => {
  it('are made one after the other, and refused when 32 are waiting', async () => {
    let underWay = 0;
    const makeAlone = async (text: string) => {
      expect((underWay += 1)).to.equal(1);
      await turn();
      underWay -= 1;
      return text;
    };
    await hashingBy(makeAlone, async () => {
      const asked = Array.from({ length: 33 }, () => hashPassword('a').catch((error: unknown) => error));
      expect(await asked[32]).to.be.instanceOf(BusyError);
      expect(await Promise.all(asked.slice(0, 32))).to.deep.equal(Array(32).fill('{BLF-CRYPT}a'));
      expect(await hashPassword('later')).to.equal('{BLF-CRYPT}later');
    });
  });
});
