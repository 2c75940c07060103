import { scryptSync } from 'node:crypto';

import { expect } from 'chai';

import { hashSpellings } from '../../../../src/daemons/portal/password-spellings.ts';
import { cryptText, scryptCost } from '../../../../src/daemons/portal/scrypt-text.ts';

/** Which of these forms there are for a password, and whether each is the hash of the bytes. */
async function formsOf(password: string, expected: Record<string, Buffer>): Promise<Record<string, boolean>> {
  const { logN, r, p } = scryptCost;
  const found = (await hashSpellings(password)).map(({ form, hash }): [string, boolean] => {
    const salt = /^\{CRYPT\}\$7\$.{11}([A-Za-z0-9]{32})\$/.exec(hash)?.[1] ?? '';
    const key = scryptSync(expected[form] ?? '', salt, 32, { N: 2 ** logN, r, p });
    return [form, hash === `{CRYPT}${cryptText(salt, key)}`];
  });
  return Object.fromEntries(found);
}

describe('the forms of a password', () => {
  it('are none but itself for plain letters', async () => {
    expect(await hashSpellings('correct horse ~ battery')).to.deep.equal([]);
  });

  it('are decomposed, and in the characters of Windows', async () => {
    const nfd = Buffer.from('e\u0301a\u0300 u\u0308');
    const windows = Buffer.from('\xe9\xe0 \xfc', 'latin1');
    expect(await formsOf('éà ü', { nfd, windows })).to.deep.equal({ nfd: true, windows: true });
  });

  it('hold what Windows has beyond Latin-1', async () => {
    const windows = Buffer.from([0x80, 0x9c, 0x92, 0x9f, 0xdf]);
    expect(await formsOf('€œ’Ÿß', { nfd: Buffer.from('€œ’Y\u0308ß'), windows })).to.deep.equal({
      nfd: true,
      windows: true,
    });
    expect(await formsOf('€', { windows: Buffer.from([0x80]) })).to.deep.equal({ windows: true });
  });

  it('are not in the characters of Windows where those do not have them', async () => {
    expect(await hashSpellings('пароль 密码')).to.deep.equal([]);
    expect(await formsOf('й é', { nfd: Buffer.from('и\u0306 e\u0301') })).to.deep.equal({ nfd: true });
    // Beyond 16 bits.
    expect(await hashSpellings('🐎🔋')).to.deep.equal([]);
  });

  it('have a salt of their own each time', async () => {
    const [first, second] = [await hashSpellings('é'), await hashSpellings('é')];
    expect(first).to.have.lengthOf(2);
    expect(new Set([...first, ...second].map(({ hash }) => hash)).size).to.equal(4);
  });
});
