import { expect } from 'chai';

import { durationOf } from '../../../../src/daemons/kit/duration.ts';

const minute = 60_000;

describe('a length of time', () => {
  it('is said as people do, rounded up', () => {
    expect([0, 1, minute, minute + 1, 119 * minute, 121 * minute].map(durationOf)).to.deep.equal([
      '1 minute',
      '1 minute',
      '1 minute',
      '2 minutes',
      '119 minutes',
      '3 hours',
    ]);
  });
});
