import { expect } from 'chai';
import fc from 'fast-check';

import {
  type PasswdFileUser,
  parsePasswdFile,
  parsePasswords,
  serialisePasswdFile,
} from '../../../src/formats/passwd-file.ts';

const fail = (line: number, reason: string): never => {
  throw new Error(`${line}: ${reason}`);
};
const alice: PasswdFileUser = {
  name: 'alice@example.com',
  password: '{BLF-CRYPT}$2b$x',
  home: '/m/alice',
  quota: null,
  runsScripts: true,
};

describe("Dovecot's passwd-file", function () {
  this.timeout(20_000);
  it('has one line a user, sorted, with a star for one who cannot log in', () => {
    const bob = { ...alice, name: 'Bob@example.com', password: null };
    expect(serialisePasswdFile([alice, bob])).to.equal(
      'Bob@example.com:*::::/m/alice::\nalice@example.com:{BLF-CRYPT}$2b$x::::/m/alice::\n',
    );
    expect(serialisePasswdFile([])).to.equal('');
  });

  it('comes back as it went, or is refused', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const user = fc.record({
      name: text,
      password: fc.option(text),
      home: text,
      quota: fc.option(fc.integer({ min: 1 })),
      runsScripts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(user, { selector: ({ name }) => name }), (users) => {
        let written: string;
        try {
          written = serialisePasswdFile(users);
        } catch (error) {
          expect(error).to.have.property('message').that.contains('cannot be written in a passwd-file');
          return;
        }
        expect(parsePasswdFile(written, fail)).to.have.deep.members(users);
        expect(parsePasswords(written)).to.deep.equal(
          new Map(users.map(({ name, password }) => [name, password])),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what it cannot hold: each field for itself', () => {
    const broken: Partial<PasswdFileUser>[] = [
      { name: 'a:b' },
      { name: 'a\nroot' },
      { name: 'a b' },
      { name: '' },
      { name: '#a' },
      { password: 'a:b' },
      { password: 'a\u0000' },
      { password: '' },
      { password: '*' },
      { home: '/m:x' },
      { home: '' },
    ];
    for (const change of broken) {
      expect(() => serialisePasswdFile([{ ...alice, ...change }]), JSON.stringify(change)).to.throw(
        'cannot be written in a passwd-file',
      );
    }
  });

  it('is read with comments and empty lines in it', () => {
    const text = `# a comment\n\n${serialisePasswdFile([alice])}`;
    expect(parsePasswdFile(text, fail)).to.deep.equal([alice]);
    expect(parsePasswords(`${text}half a line\n`)).to.deep.equal(new Map([[alice.name, alice.password]]));
  });

  it('names the line that cannot be read', () => {
    const line = serialisePasswdFile([alice]);
    expect(() => parsePasswdFile(`${line}alice\n`, fail)).to.throw('2: has 1 fields instead of 8');
    const [quota, scripts] = ['userdb_quota_rule=*:storage=', 'userdb_sieve=file:~/no-scripts'];
    const wrong = [
      'nologin',
      `${quota}0M`,
      `${quota}x5M`,
      `${scripts}/x`,
      `${scripts} ${quota}5M`,
      `${scripts} `,
    ];
    for (const extra of wrong) {
      expect(() => parsePasswdFile(`bob@example.com:*::::/home::${extra}\n`, fail)).to.throw(
        `1: ends with "${extra}" instead of nothing, ${quota}NM or ${scripts}, or both`,
      );
    }
    expect(() => parsePasswdFile(`:x::::/home::\n`, fail)).to.throw('1: lacks a name, a password or a home');
    expect(() => parsePasswdFile(`a:::::/home::\n`, fail)).to.throw('1: lacks');
    expect(() => parsePasswdFile(`a:x::::::\n`, fail)).to.throw('1: lacks');
  });
});
