import { expect } from 'chai';
import fc from 'fast-check';

import {
  isSameDigest,
  parseDigest,
  serialiseDigest,
  withoutToken,
} from '../../../src/ledger/publication-digest.ts';
import { anyDigest } from '../../support/ledgers.ts';

const fail = (reason: string): never => {
  throw new Error(reason);
};
const parse = (text: string) => parseDigest(text, fail);

describe('the digest of a publication', () => {
  it('comes back from its text as it was', () => {
    fc.assert(
      fc.property(anyDigest, (digest) => {
        expect(parse(serialiseDigest(digest))).to.deep.equal(digest);
      }),
    );
  });

  it('is written with dots between its parts, a dash where no token is waiting', () => {
    const texts = {
      '0a1b': { kind: 'parameters', hash: '0a1b' },
      '0a.1b': { kind: 'account', place: '0a', token: '1b', uses: null },
      '0a.-': { kind: 'account', place: '0a', token: null, uses: null },
      '0a.1b.2c': { kind: 'account', place: '0a', token: '1b', uses: '2c' },
      '0a.-.2c': { kind: 'account', place: '0a', token: null, uses: '2c' },
    } as const;
    for (const [text, digest] of Object.entries(texts)) {
      expect(parse(text)).to.deep.equal(digest);
      expect(serialiseDigest(digest)).to.equal(text);
    }
  });

  it('is the same as another only if all parts are', () => {
    fc.assert(
      fc.property(anyDigest, anyDigest, (one, other) => {
        expect(isSameDigest(one, one)).to.equal(true);
        expect(isSameDigest(one, other)).to.equal(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('loses nothing but the token when that is used', () => {
    fc.assert(
      fc.property(anyDigest, (digest) => {
        const used = digest.kind === 'account' ? { ...digest, token: null } : digest;
        expect(withoutToken(digest)).to.deep.equal(used);
      }),
    );
  });

  it('is refused with too many parts, or an empty one', () => {
    for (const text of ['', '.', 'a.', '.b', 'a..c', 'a.b.c.d', 'a b']) {
      expect(() => parse(text), text).to.throw(`"${text}" is no digest; remove the line`);
    }
  });
});
