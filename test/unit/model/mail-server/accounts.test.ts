import { expect } from 'chai';

import { hashToken, tokenMatches } from '../../../../src/ledger/token.ts';
import type { AccountRecord, Holder } from '../../../../src/ledger/types.ts';
import { mailboxFolder } from '../../../../src/model/mail-server/accounts.ts';
import type { AccountClaim } from '../../../../src/model/mail-server/claims.ts';
import { decideAddresses } from '../../../../src/model/mail-server/addresses.ts';
import { accountClaim } from '../../../support/claims.ts';

const seed = new Uint8Array(32).fill(1);
const password = '{BLF-CRYPT}$2b$05$hash';

type Wish = [holder: string, address: string, resetToken?: string];

function claim([holder, address, resetToken]: Wish): AccountClaim {
  const known = /^(shared|builtin):/.test(holder) ? (holder as Holder) : (`shared:${holder}` as const);
  return accountClaim(known, `${address}@example.com`, {
    resetToken: resetToken ?? null,
    builtinPassword: known.startsWith('builtin:') ? 'password123' : null,
  });
}

/** One run; `invalid` are the references whose requests are there and wrong. */
function run(wishes: readonly Wish[], before: readonly AccountRecord[] = [], invalid: string[] = []) {
  const { accounts: records, outcomes } = decideAddresses(
    {
      claims: wishes.map(claim),
      invalid: invalid.map((reference): Holder => `shared:${reference}`),
    },
    { accounts: before, aliases: [] },
    { domains: new Set(['example.com']), delimiter: '+', forwarding: false },
    seed,
  );
  const held = records.filter(({ state }) => state === 'held');
  return {
    records,
    outcomes,
    /** Address (without domain) → holder (without `shared:`), of what is held. */
    holders: Object.fromEntries(
      held.map(({ address, holder }) => [address.split('@')[0] ?? '', holder.replace(/^shared:/, '')]),
    ),
    errors: outcomes.flatMap((outcome) =>
      outcome.kind === 'refused' ? [`${outcome.holder} ${outcome.error}`] : [],
    ),
    record: (address: string, holder: string) => {
      const found = records.find(
        (each) => each.address === `${address}@example.com` && each.holder === `shared:${holder}`,
      );
      if (!found) throw new Error(`no record of ${address} and ${holder}`);
      return found;
    },
    token: (holder: string) => {
      const outcome = outcomes.find((each) => each.holder === `shared:${holder}`);
      return outcome?.kind === 'account' ? outcome.freshToken : undefined;
    },
  };
}

/** As after the token was used. */
function withPassword(records: readonly AccountRecord[]): AccountRecord[] {
  return records.map((record) => ({ ...record, password, token: null }));
}

describe('a new account', () => {
  it('cannot log in and waits for a random token, of which only a hash is kept', () => {
    const { record, token, records } = run([['_a', 'alice']]);
    expect(token('_a')).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(record('alice', '_a')).to.include({ state: 'held', password: null, resetToken: null });
    expect(tokenMatches(token('_a') ?? '', record('alice', '_a').token ?? '')).to.equal(true);
    expect(JSON.stringify(records)).not.to.contain(token('_a'));
  });

  it('waits for its reset-token when it has one', () => {
    const { token, record } = run([['_a', 'alice', 'chosen-by-me']]);
    expect(token('_a')).to.equal('chosen-by-me');
    expect(tokenMatches('chosen-by-me', record('alice', '_a').token ?? '')).to.equal(true);
  });

  it('has a token that no other account has', () => {
    const { token } = run([
      ['_a', 'alice'],
      ['_b', 'bob'],
    ]);
    expect(token('_a')).not.to.equal(token('_b'));
  });
});

describe('an address', () => {
  it('goes to the first in the list among new requests', () => {
    const { holders, errors } = run([
      ['_b', 'alice'],
      ['_a', 'alice'],
    ]);
    expect(holders).to.deep.equal({ alice: '_b' });
    expect(errors).to.deep.equal([
      'shared:_a address_already_used: alice@example.com is held by another request; choose another address',
    ]);
  });

  it('stays with its holder whatever the order of the list', () => {
    const first = run([
      ['_b', 'alice'],
      ['_a', 'alice'],
    ]);
    const second = run(
      [
        ['_a', 'alice'],
        ['_b', 'alice'],
      ],
      first.records,
    );
    expect(second.holders).to.deep.equal({ alice: '_b' });
    expect(second.errors[0]).to.contain('shared:_a address_already_used');
  });

  it('asked for again by its holder changes nothing', () => {
    const before = withPassword(run([['_a', 'alice']]).records);
    const { records, token } = run([['_a', 'alice']], before);
    expect(records).to.deep.equal(before);
    expect(token('_a')).to.equal(null);
  });

  it('changes hands in the run in which its holder leaves, without password and mail', () => {
    const before = withPassword(run([['_a', 'alice']]).records);
    const { holders, record, token, errors } = run([['_b', 'alice']], before);
    expect(holders).to.deep.equal({ alice: '_b' });
    expect(errors).to.deep.equal([]);
    expect(record('alice', '_b').password).to.equal(null);
    expect(token('_b')).to.be.a('string');
    expect(record('alice', '_b').mailbox).not.to.equal(record('alice', '_a').mailbox);
    expect(record('alice', '_a')).to.include({ state: 'released', password });
  });

  it('is free for another once its holder asks for a different one', () => {
    const before = withPassword(run([['_a', 'alice']]).records);
    const { holders } = run(
      [
        ['_b', 'alice'],
        ['_a', 'carol'],
      ],
      before,
    );
    expect(holders).to.deep.equal({ alice: '_b', carol: '_a' });
  });

  it('is swapped with another in one run, each with a fresh start and its own old mail aside', () => {
    const before = withPassword(
      run([
        ['_a', 'alice'],
        ['_b', 'bob'],
      ]).records,
    );
    const { holders, record } = run(
      [
        ['_a', 'bob'],
        ['_b', 'alice'],
      ],
      before,
    );
    expect(holders).to.deep.equal({ alice: '_b', bob: '_a' });
    expect(record('alice', '_b')).to.include({ password: null });
    expect(record('alice', '_a')).to.include({ state: 'released', password });
    expect(record('bob', '_a').mailbox).not.to.equal(record('bob', '_b').mailbox);
  });
});

describe('a released account', () => {
  const active = withPassword(run([['_a', 'alice']]).records);
  const released = run([], active);

  it('is one whose request vanished: nobody holds the address, nothing is forgotten', () => {
    expect(released.holders).to.deep.equal({});
    expect(released.record('alice', '_a')).to.deep.equal({ ...active[0], state: 'released' });
  });

  it('comes back with password and mailbox when the same reference does', () => {
    const { records, token } = run([['_a', 'alice']], run([], released.records).records);
    expect(records).to.deep.equal(active);
    expect(token('_a')).to.equal(null);
  });

  it('comes back as it was even if another held the address meanwhile and left', () => {
    const other = run([['_b', 'alice']], released.records);
    const { holders, record } = run([['_a', 'alice']], withPassword(other.records));
    expect(holders).to.deep.equal({ alice: '_a' });
    expect(record('alice', '_a')).to.deep.equal(active[0]);
    expect(record('alice', '_b').state).to.equal('released');
  });

  it('stays aside while another holds the address', () => {
    const other = run([['_b', 'alice']], released.records);
    const { holders, errors, record } = run(
      [
        ['_a', 'alice'],
        ['_b', 'alice'],
      ],
      other.records,
    );
    expect(holders).to.deep.equal({ alice: '_b' });
    expect(errors[0]).to.contain('shared:_a address_already_used');
    expect(record('alice', '_a')).to.include({ state: 'released', password });
  });

  it('that never had a password waits for the token it had', () => {
    const waiting = run([['_a', 'alice']]);
    const { record } = run([['_a', 'alice']], run([], waiting.records).records);
    expect(record('alice', '_a')).to.deep.equal(waiting.record('alice', '_a'));
  });
});

describe('a request for another address', () => {
  const before = withPassword(
    run([
      ['_a', 'alice'],
      ['_b', 'bob'],
    ]).records,
  );

  it('keeps the old address when the new one is taken', () => {
    const { holders, errors, record } = run(
      [
        ['_a', 'bob'],
        ['_b', 'bob'],
      ],
      before,
    );
    expect(holders).to.deep.equal({ alice: '_a', bob: '_b' });
    expect(errors).to.have.length(1);
    expect(record('alice', '_a')).to.deep.equal(before[0]);
  });

  it('loses the old address to one who claims it in the same run', () => {
    const { holders } = run(
      [
        ['_a', 'bob'],
        ['_b', 'bob'],
        ['_c', 'alice'],
      ],
      before,
    );
    expect(holders).to.deep.equal({ alice: '_c', bob: '_b' });
  });

  it('finds the old password and mail when it goes back', () => {
    const away = run(
      [
        ['_a', 'carol'],
        ['_b', 'bob'],
      ],
      before,
    );
    const { record, holders } = run(
      [
        ['_a', 'alice'],
        ['_b', 'bob'],
      ],
      away.records,
    );
    expect(holders).to.deep.equal({ alice: '_a', bob: '_b' });
    expect(record('alice', '_a')).to.deep.equal(before[0]);
  });
});

describe('a request that turned invalid', () => {
  const before = withPassword(run([['_a', 'alice']]).records);

  it('keeps what it holds', () => {
    const { records, errors } = run([['_b', 'alice']], before, ['_a']);
    expect(records.filter(({ holder }) => holder === 'shared:_a')).to.deep.equal(before);
    expect(errors[0]).to.contain('shared:_b address_already_used');
  });

  it('gets nothing back that it had lost', () => {
    const { holders } = run([], run([], before).records, ['_a']);
    expect(holders).to.deep.equal({});
  });
});

describe('a reset token', () => {
  const before = withPassword(run([['_a', 'alice', 'first-token']]).records);

  it('that is new turns the account back to waiting, with that token', () => {
    const { record, token } = run([['_a', 'alice', 'second-token']], before);
    expect(record('alice', '_a').password).to.equal(null);
    expect(tokenMatches('second-token', record('alice', '_a').token ?? '')).to.equal(true);
    expect(token('_a')).to.equal('second-token');
  });

  it('that is new replaces one that was not used yet', () => {
    const waiting = run([['_a', 'alice', 'first-token']]);
    const { record } = run([['_a', 'alice', 'second-token']], waiting.records);
    expect(tokenMatches('first-token', record('alice', '_a').token ?? '')).to.equal(false);
    expect(tokenMatches('second-token', record('alice', '_a').token ?? '')).to.equal(true);
  });

  it('that is the same again does nothing', () => {
    expect(run([['_a', 'alice', 'first-token']], before).records).to.deep.equal(before);
  });

  it('that was removed does nothing, before its use and after', () => {
    expect(run([['_a', 'alice']], before).records).to.deep.equal(before);
    const waiting = run([['_a', 'alice', 'first-token']]);
    const { records, token } = run([['_a', 'alice']], waiting.records);
    expect(records).to.deep.equal(waiting.records);
    expect(token('_a')).to.equal(null);
  });

  it('that was removed and given again does nothing', () => {
    const without = run([['_a', 'alice']], before);
    expect(run([['_a', 'alice', 'first-token']], without.records).records).to.deep.equal(before);
  });

  it('that is given while the random one waits replaces it', () => {
    const waiting = run([['_a', 'alice']]);
    const { record } = run([['_a', 'alice', 'chosen-token']], waiting.records);
    expect(tokenMatches(waiting.token('_a') ?? '', record('alice', '_a').token ?? '')).to.equal(false);
    expect(tokenMatches('chosen-token', record('alice', '_a').token ?? '')).to.equal(true);
  });

  it('that still waits is known in clear as long as the request says it', () => {
    const waiting = run([['_a', 'alice', 'first-token']]);
    const { records, token } = run([['_a', 'alice', 'first-token']], waiting.records);
    expect(records).to.deep.equal(waiting.records);
    expect(token('_a')).to.equal('first-token');
  });

  it('of a refused request changes nothing of what it holds', () => {
    const both = run(
      [
        ['_a', 'alice', 'first-token'],
        ['_b', 'bob'],
      ],
      before,
    );
    const { record } = run(
      [
        ['_a', 'bob', 'second-token'],
        ['_b', 'bob'],
      ],
      both.records,
    );
    expect(record('alice', '_a')).to.deep.equal(before[0]);
  });
});

describe('an account of our own', () => {
  const test: Wish = ['builtin:test-account-example.com', 'testmail'];

  it('can log in at once and has no token', () => {
    const [outcome] = run([test]).outcomes;
    expect(outcome).to.nested.include({ kind: 'account', freshToken: null, 'record.token': null });
    expect(outcome)
      .to.have.nested.property('record.password')
      .that.matches(/^\{BLF-CRYPT\}\$2b\$08\$/);
  });

  it('is gone when it is switched off, and back with its mail when it is on again', () => {
    const on = run([test]);
    const off = run([], on.records);
    expect(off.holders).to.deep.equal({});
    expect(run([test], off.records).records).to.deep.equal(on.records);
  });

  it('yields to a shared instance that claims its address, before or after', () => {
    const on = run([test]);
    for (const records of [[], on.records]) {
      const { holders, errors } = run([['_a', 'testmail'], test], records);
      expect(holders).to.deep.equal({ testmail: '_a' });
      expect(errors).to.have.length(1);
    }
  });

  it('never lets the one who claims its address see its password or mail', () => {
    const { record } = run([['_a', 'testmail'], test], run([test]).records);
    expect(record('testmail', '_a').password).to.equal(null);
    expect(record('testmail', '_a').mailbox).to.not.equal(
      mailboxFolder('testmail@example.com', 'builtin:test-account-example.com'),
    );
  });

  it('is not the one of a shared instance whose reference looks like its name', () => {
    const on = run([test]);
    const { holders, record } = run(
      [['shared:builtin:test-account-example.com', 'testmail'], test],
      on.records,
    );
    expect(holders).to.deep.equal({ testmail: 'builtin:test-account-example.com' });
    expect(record('testmail', 'builtin:test-account-example.com')).to.include({
      holder: 'shared:builtin:test-account-example.com',
      password: null,
    });
  });
});

describe('the folder of a mailbox', () => {
  it('is readable, below the folder of its address', () => {
    expect(mailboxFolder('alice@example.com', 'shared:_alice one')).to.match(
      /^example\.com\/alice\/_alice-one-[0-9a-f]{8}$/,
    );
  });

  it('is a plain path whatever the reference', () => {
    for (const reference of ['../../etc', '.', '..', '-rf /', 'a\nb', '%h', 'é'.repeat(300), '/']) {
      const folder = mailboxFolder('alice@example.com', `shared:${reference}`);
      expect(folder).to.match(/^example\.com\/alice\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/);
      expect(folder).not.to.match(/\/-|\.\./);
    }
  });

  it('is another for references that look alike when made readable', () => {
    const folders = ['a b', 'a/b', 'a-b'].map((reference) =>
      mailboxFolder('alice@example.com', `shared:${reference}`),
    );
    expect(new Set(folders)).to.have.property('size', 3);
    expect(mailboxFolder('a@example.com', 'shared:x')).not.to.equal(
      mailboxFolder('a@example.com', 'builtin:x'),
    );
  });
});

describe('a token', () => {
  it('matches its own hash only', () => {
    const hash = hashToken('token', '00'.repeat(16));
    expect(tokenMatches('token', hash)).to.equal(true);
    for (const other of ['Token', 'token ', '', hash]) expect(tokenMatches(other, hash)).to.equal(false);
    for (const broken of ['', 'sha256', 'sha256$00', 'md5$00$00', hash.slice(0, -2)]) {
      expect(tokenMatches('token', broken)).to.equal(false);
    }
  });
});
