import { expect } from 'chai';

import { stepBack } from '../../../src/ledger/step-back.ts';
import { type LedgerText, serialiseLedger } from '../../../src/ledger/text.ts';
import { accountOf, exampleLedger } from '../../support/ledgers.ts';

describe('a step back in the ledger', () => {
  const text = serialiseLedger(exampleLedger, '/p/srv/mail');
  const changed = (changes: Partial<LedgerText>) => stepBack({ ...text, ...changes }, text);

  it('changes nothing between two texts that are the same', () => {
    expect(stepBack(text, text)).to.deep.equal([]);
  });

  it('says whose password is an earlier one again, and shows none', () => {
    const users = text.users.replace('$2b$05$alice', '$2b$05$newer');
    expect(changed({ users })).to.deep.equal(['users: alice@example.com has its earlier password again']);
    const withoutOne = stepBack(
      { ...text, users },
      { ...text, users: text.users.replace(/\{BLF-CRYPT\}[^:]*/, '*') },
    );
    expect(withoutOne[0]).to.match(/has its earlier password again, which is none$/);
  });

  it('says which form of a password goes, and shows none', () => {
    const spellings = 'alice@example.com/nfd:{CRYPT}$7$C6..../....salt$hash::::::\n';
    expect(changed({ spellings })).to.deep.equal([
      'spellings: the form of a password alice@example.com/nfd goes',
    ]);
  });

  it('says who comes back, who goes, and what leads elsewhere', () => {
    const { accounts, aliases } = exampleLedger;
    const now = serialiseLedger(
      {
        ...exampleLedger,
        accounts: [
          ...accounts.filter(({ address }) => address !== 'alice@example.com'),
          accountOf('_new', 'new@example.com'),
        ],
        aliases: aliases.map((each) =>
          each.address === 'sales@example.com' ? { ...each, destinations: ['bob@example.com'] } : each,
        ),
      },
      '/p/srv/mail',
    );
    expect(stepBack(now, text)).to.have.members([
      'users: alice@example.com comes back, with the password that it had',
      'users: new@example.com goes: nobody can log in until a processing makes it anew',
      'holders: alice@example.com is held again',
      'holders: new@example.com is held by nobody until a processing makes it anew',
      'aliases: sales@example.com leads to bob@example.com, x@example.net again, and to nobody else',
    ]);
  });

  it('names what of a holder changes, and not to what', () => {
    const holders = text.holders
      .replace(/ token=\S+/, '')
      .replace('_alice example.com', '_alice elsewhere.example');
    expect(changed({ holders })).to.have.members([
      'holders: alice@example.com has its earlier mailbox again',
      'holders: bob@example.com has its earlier token again',
    ]);
  });

  it('shows nothing of a line that cannot be read: it may be half a secret', () => {
    const users = text.users.replace(/^alice@.*$/m, 'alice@exam\nBLF-CRYPT}$2b$05$alice::::');
    const sentences = changed({ users, outbox: 'token-1234\n', secrets: `${text.secrets}hunter2hunter2\n` });
    expect(sentences.join('\n')).to.not.match(/\$2b|BLF|1234|hunter/);
    expect(sentences).to.include('users: alice@example.com comes back, with the password that it had');
    expect(sentences.filter((sentence) => sentence.includes('which cannot be read'))).to.have.length(4);
  });

  it('tells of every file what changes in it', () => {
    const empty = Object.fromEntries(Object.keys(text).map((file) => [file, ''])) as LedgerText;
    const files = (sentences: string[]) => [...new Set(sentences.map((sentence) => sentence.split(':')[0]))];
    const written = Object.entries(text).flatMap(([file, content]) => (content === '' ? [] : [file]));
    expect(files(stepBack(empty, text))).to.have.members(written);
    expect(files(stepBack(text, empty))).to.have.members(written);
  });
});
