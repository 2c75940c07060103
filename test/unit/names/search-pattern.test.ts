import { expect } from 'chai';
import fc from 'fast-check';

import { patternOfGlob, patternProblem } from '../../../src/names/search-pattern.ts';

describe('a pattern with stars', () => {
  it('finds the texts that have its characters, with anything in place of each star', () => {
    const plain = fc.stringMatching(/^[!-)+-~]*$/);
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 4 }), plain, (parts, filling) => {
        const pattern = new RegExp(`^${patternOfGlob(parts.join('*'))}$`);
        expect(pattern.test(parts.join(filling))).to.equal(true);
        expect(pattern.test(`${parts.join(filling)}\n`)).to.equal(false);
        expect(patternProblem(patternOfGlob(`x${parts.join('*')}`))).to.equal(null);
      }),
    );
  });
});
