import { expect } from 'chai';
import fc from 'fast-check';

import { OperatorError } from '../../../src/errors.ts';
import { type LedgerFile, type LedgerText, parseLedger, serialiseLedger } from '../../../src/ledger/text.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { emptyLedger, usualSettings } from '../../../src/ledger/types.ts';
import { accountOf, anyLedger, exampleLedger } from '../../support/ledgers.ts';

const example = serialiseLedger(exampleLedger, '/p/srv/mail');
const parse = (text: LedgerText) => parseLedger(text, '/p/srv/ledger/current');

describe("the ledger's text", () => {
  it('can be read by a person', () => {
    expect(example).to.deep.include({
      users:
        'alice@example.com:{BLF-CRYPT}$2b$05$alice::::/p/srv/mail/example.com/alice/_alice-00000000::\n' +
        'bob@example.com:*::::/p/srv/mail/example.com/bob/_bob%20one-00000000::\n',
      ports: 'imap 10144 -\nsmtp 10025 ipv4\n',
      secrets: 'monitor-password monitor-secret\n',
      requested: 'mail-server-relay-example.com urn%3Aslapos%3Amail-relay cluster shared\n',
      answers:
        '{"name":"mail-server-relay-example.com","connection":{"outbound-host":"fd00::11","tls-fingerprints":["AB"]}}\n',
      published: '- digest-of-the-instance\n_bob%20one address-of-bob.token-of-bob\n',
    });
    expect(example.domains.split('\n')[0]).to.equal(
      'example.com verified _domain%20one fd00::1 10025 password password=password-of-example',
    );
    expect(example.holders.split('\n').slice(0, 3)).to.deep.equal([
      '@example.com alias shared%3A_rest',
      'a.lice@example.com alias shared%3A_alice',
      'alice@example.com held shared%3A_alice example.com/alice/_alice-00000000',
    ]);
    expect(example.aliases).to.equal(
      '@example.com alice@example.com\n' +
        'a.lice@example.com alice@example.com\n' +
        'sales@example.com bob@example.com, x@example.net\n',
    );
  });

  it('comes back as it went', () => {
    fc.assert(
      fc.property(anyLedger, (ledger) => {
        const back = parse(serialiseLedger(ledger, '/p/srv/mail'));
        expect(back.accounts).to.have.deep.members(ledger.accounts);
        expect(back.domains).to.have.deep.members(ledger.domains);
        expect(back.aliases).to.have.deep.members(ledger.aliases);
        const tables = ['ports', 'secrets', 'requested', 'answers', 'published', 'outbox'] as const;
        for (const table of tables) {
          expect(Object.entries(back[table])).to.have.deep.members(Object.entries(ledger[table]));
        }
      }),
    );
  });

  it('holds an account that was released beside an alias of the same request at its address', () => {
    const account = accountOf('_a', 'a@example.com', { state: 'released', password: '{X}a' });
    const alias = {
      address: 'a@example.com',
      holder: 'shared:_a' as const,
      destinations: ['b@example.com'],
    };
    const { accounts, aliases } = parse(
      serialiseLedger({ ...emptyLedger, accounts: [account], aliases: [alias] }, '/m'),
    );
    expect(accounts).to.deep.equal([account]);
    expect(aliases).to.deep.equal([alias]);
  });

  it('says limits of sending only for an account that has its own', () => {
    const settings = { ...usualSettings, sendingLimits: { recipientsPerDay: 0, messagesPerHour: 5 } };
    const { holders } = serialiseLedger(
      { ...emptyLedger, accounts: [accountOf('_a', 'a@example.com', { settings })] },
      '/m',
    );
    expect(holders).to.equal('a@example.com held shared%3A_a example.com/a/_a-00000000 limits=mh:5,rd:0\n');
    expect(example.holders).not.to.contain('limits=');
  });

  it('is the same whatever the order of what it holds', () => {
    const reversed = {
      ...exampleLedger,
      accounts: exampleLedger.accounts.toReversed(),
      published: Object.fromEntries(Object.entries(exampleLedger.published).reverse()),
    };
    expect(serialiseLedger(reversed, '/p/srv/mail')).to.deep.equal(example);
  });

  it('may hold comments and empty lines', () => {
    const commented = Object.fromEntries(
      Object.entries(example).map(([file, text]: [string, string]) => [file, `# a comment\n\n${text}`]),
    ) as unknown as LedgerText;
    expect(parse(commented)).to.deep.equal(parse(example));
  });

  it('keeps a reference apart from one that looks like it', () => {
    const references = ['a b', 'a%20b', '-', '', '__proto__', 'constructor', '#x', 'é', 'a\nb'];
    const published = Object.fromEntries(
      references.map((reference, index) => [reference, digestOf({ index })]),
    );
    const back = parse(serialiseLedger({ ...emptyLedger, published }, '/m')).published;
    expect(Object.entries(back)).to.have.deep.members(Object.entries(published));
  });

  it('knows nothing by a name that every object has', () => {
    const { published, outbox } = parse(example);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(published[name], name).to.equal(undefined);
      expect(outbox[name], name).to.equal(undefined);
    }
  });

  it('is refused when a value does not fit its line', () => {
    const broken = [
      { ...emptyLedger, secrets: { name: 'two words' } },
      { ...emptyLedger, secrets: { name: 'two\nlines' } },
      { ...emptyLedger, accounts: [accountOf('_a', 'a b@example.com')] },
      { ...emptyLedger, accounts: [accountOf('_a', 'a@example.com', { password: 'a:b' })] },
      { ...emptyLedger, accounts: [accountOf('_a', 'a@example.com', { token: 'a b' })] },
    ];
    for (const ledger of broken) expect(() => serialiseLedger(ledger, '/m')).to.throw('cannot be written in');
  });
});

describe('a line of the ledger that cannot be read', () => {
  /** What is wrong → the file and the line put at its end. */
  const broken: Readonly<Record<string, [file: LedgerFile, line: string]>> = {
    'a user with too few fields': ['users', 'alice@example.com:x'],
    'a user without a name': ['users', ':x::::/home::'],
    'a user that stands twice': ['users', 'alice@example.com:x::::/home::'],
    'a user that nobody holds': ['users', 'zoe@example.com:x::::/home::'],
    'a user whose holder is released': ['users', 'carol@example.com:x::::/home::'],
    'a holder cut short': ['holders', 'zoe@example.com held shared%3A_z'],
    'a holder in no known state': ['holders', 'zoe@example.com lent shared%3A_z folder'],
    'a holder of no known kind': ['holders', 'zoe@example.com released other%3A_z folder'],
    'a holder with half an escape': ['holders', 'zoe@example.com released shared%3A_z%4 folder'],
    'a holder with bytes that are no UTF-8': ['holders', 'zoe@example.com released shared%3A%ff folder'],
    'a holder with an unknown note': ['holders', 'zoe@example.com released shared%3A_z folder colour=blue'],
    'a holder with an empty note': ['holders', 'zoe@example.com released shared%3A_z folder token='],
    'a holder with a limit of no known name': [
      'holders',
      'zoe@example.com released shared%3A_z folder limits=mh:1,per-week:2',
    ],
    'a holder with a limit that is no number': [
      'holders',
      'zoe@example.com released shared%3A_z folder limits=mh:many',
    ],
    'a holder with a limit that stands twice': [
      'holders',
      'zoe@example.com released shared%3A_z folder limits=mh:1,mh:1',
    ],
    'a held address without its user': ['holders', 'zoe@example.com held shared%3A_z folder'],
    'a second holder of an address': ['holders', 'alice@example.com held shared%3A_z folder'],
    'a holder that stands twice': [
      'holders',
      'carol@example.com released shared%3A_carol example.com/carol/other',
    ],
    'a domain cut short': ['domains', 'a.example verified _a fd00::1'],
    'a domain in no known state': ['domains', 'a.example half _a fd00::1 25 none'],
    'a domain with a port that is no number': ['domains', 'a.example verified _a fd00::1 smtp none'],
    'a domain in no known way': ['domains', 'a.example verified _a fd00::1 25 trust'],
    'a domain with an unknown note': ['domains', 'a.example verified _a fd00::1 25 none AB:CD'],
    'an alias without its destinations': ['holders', 'zoe@example.com alias shared%3A_z'],
    'an alias that is refused and has destinations': [
      'holders',
      'sales@example.com alias shared%3A_z no-destinations',
    ],
    'an alias of an address that is held': ['holders', 'alice@example.com alias shared%3A_z no-destinations'],
    'an alias with more than that': ['holders', 'zoe@example.com alias shared%3A_z no-destinations x'],
    'destinations that nobody holds': ['aliases', 'zoe@example.com alice@example.com'],
    'destinations of a released account': ['aliases', 'carol@example.com alice@example.com'],
    'destinations that stand twice': ['aliases', 'sales@example.com alice@example.com'],
    'a destination that is no address': ['aliases', 'sales2@example.com |true'],
    'an account that forwards to itself alone': ['aliases', 'bob@example.com bob@example.com'],
    'a mode of no known name': ['holders', 'zoe@example.com released shared%3A_z folder mode=odd'],
    'a suspension of no known name': ['holders', 'zoe@example.com released shared%3A_z folder suspended=odd'],
    'a quota that is no number': ['holders', 'zoe@example.com released shared%3A_z folder quota=1G'],
    'a port that is no number': ['ports', 'http eighty -'],
    'a port that is too large': ['ports', 'http 70000 -'],
    'a service without its port': ['ports', 'http'],
    'a service that stands twice': ['ports', 'smtp 10026 -'],
    'a secret without a value': ['secrets', 'name'],
    'a secret that stands twice': ['secrets', 'monitor-password other'],
    'a request cut short': ['requested', 'name urn%3Ax'],
    'a request with half an escape': ['requested', 'na%me urn%3Ax type -'],
    'a publication without its digest': ['published', '_z'],
    'a publication with half an escape': ['published', '_z% digest'],
    'a publication whose digest has too many parts': ['published', '_z a.b.c.d'],
    'a publication whose digest lacks a part': ['published', '_z a..c'],
    'an answer that is no JSON': ['answers', '{'],
    'an answer without its name': ['answers', '{"connection": {}}'],
    'an answer without what was answered': ['answers', '{"name": "relay"}'],
    'an answer that stands twice': ['answers', '{"name": "mail-server-relay-example.com", "connection": {}}'],
    'an outbox line whose error is no text': [
      'outbox',
      '{"target": "_z", "parameters": {}, "digest": "d", "error": 1}',
    ],
    'an outbox line that was refused half a time': [
      'outbox',
      '{"target": "_z", "parameters": {}, "digest": "d", "refusals": 0.5}',
    ],
    'an outbox line that is no JSON': ['outbox', '{"target": "_z"'],
    'an outbox line that is no publication': ['outbox', '["_z"]'],
    'an outbox line without a target': ['outbox', '{"parameters": {}, "digest": "d"}'],
    'an outbox line without parameters': ['outbox', '{"target": "_z", "digest": "d"}'],
    'an outbox line whose digest is none': ['outbox', '{"target": "_z", "parameters": {}, "digest": "."}'],
  };

  for (const [what, [file, line]] of Object.entries(broken)) {
    it(`stops everything and is named: ${what}`, () => {
      const number = example[file].split('\n').length;
      const text = { ...example, [file]: `${example[file]}${line}\n` };
      const named = file === 'users' && what.includes('twice') ? String.raw`\d+` : number;
      expect(() => parse(text))
        .to.throw(OperatorError)
        .with.property('message')
        .that.matches(
          new RegExp(`^/p/srv/ledger/current/${file}:${named}: .*; nothing was changed\\. Mend the line`),
        );
    });
  }
});
