import { expect } from 'chai';

import { beingRead } from '../../../../src/daemons/mail-policy/being-read.ts';

describe('what is being read', () => {
  it('is known from the beginning of the first message of an account to the end of its last', () => {
    const read = beingRead();
    const [endFirst, endSecond] = [read.begin('alice@example.com'), read.begin('alice@example.com')];
    expect([read.has('alice@example.com'), read.has('bob@example.com')]).to.deep.equal([true, false]);
    endFirst();
    expect(read.has('alice@example.com')).to.equal(true);
    endSecond();
    expect(read.has('alice@example.com')).to.equal(false);
  });
});
