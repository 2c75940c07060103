/** Accounts as their requesters and their owners see them: accounts/ has the tests by subject. */
import { passwords, busy, oddReference } from './accounts/passwords.ts';
import { hostile, requests } from './accounts/requests.ts';
import { type Accounts, at, startAccounts } from './accounts/requested-accounts.ts';
import { setupLink } from './accounts/setup-link.ts';

describe('accounts of a mail server', () => {
  let accounts: Accounts;

  before(async () => {
    accounts = await startAccounts({
      ...Object.fromEntries(['alice', 'bob', 'browser'].map((name) => [name, { address: at(name) }])),
      second: { address: at('ALICE') },
      upper: { address: 'Upper.Case@MAIL1.Example.Com' },
      accents: { address: at('accents') },
      extra: { address: at('extra'), 'a-newer-parameter': ['x'] },
      [oddReference]: { address: at('odd') },
      ...hostile,
      ...Object.fromEntries(busy.map((name) => [name, { address: at(name) }])),
    });
  });

  after(() => accounts?.mail.stop());

  for (const subject of [requests, passwords, setupLink]) subject(() => accounts);
});
