import { scryptSync } from 'node:crypto';

import { expect } from 'chai';

import { cryptText, scryptCost } from '../../../../src/daemons/portal/scrypt-text.ts';

describe('a hash by scrypt', () => {
  it('is as crypt(3) writes it: the example of libscrypt and libsodium, whose key is that of RFC 7914, 12', () => {
    const { logN, r, p } = scryptCost;
    const key = scryptSync('pleaseletmein', 'SodiumChloride', 64, { N: 2 ** logN, r, p });
    expect(key.toString('hex')).to.match(/^7023bdcb3afd7348461c06cd81fd38eb/);
    const short = scryptSync('pleaseletmein', 'SodiumChloride', 32, { N: 2 ** logN, r, p });
    expect(cryptText('SodiumChloride', short)).to.equal(
      '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D',
    );
  });
});
