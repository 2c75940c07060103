import { expect } from 'chai';
import fc from 'fast-check';

import { messageSizeOf } from '../../../src/names/message-size.ts';

const mebibyte = 1024 * 1024;

describe('the size of a message', () => {
  it('is that of its attachments after they have grown by 37 %', () => {
    expect(messageSizeOf(50 * mebibyte)).to.deep.equal({ message: '50', attachments: '36' });
    expect(messageSizeOf(100 * mebibyte)).to.deep.equal({ message: '100', attachments: '72' });
    expect(messageSizeOf(mebibyte)).to.deep.equal({ message: '1', attachments: '0.7' });
    expect(messageSizeOf(10.5 * mebibyte)).to.deep.equal({ message: '10', attachments: '7.6' });
  });

  it('promises no attachment that would not fit in base64', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1048576 }), (limit) => {
        const bytes = Number(messageSizeOf(limit * mebibyte).attachments) * mebibyte;
        expect(Math.ceil(bytes / 57) * 78).to.be.at.most(limit * mebibyte);
      }),
    );
  });
});
