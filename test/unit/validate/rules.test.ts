import { expect } from 'chai';

import { brokenRules, isTrimmed, type Rule } from '../../../src/validate/rules.ts';

const rules: Rule<{ first: number; last: number }>[] = [
  { check: ({ first }) => first > 0, message: 'is not positive; write 1', pointer: '/first' },
  { check: ({ first, last }) => first <= last, message: 'is before the first; swap them', pointer: '/last' },
];

describe('rules', () => {
  it('say nothing of a value that keeps them', () => {
    expect(brokenRules(rules, { first: 1, last: 1 })).to.deep.equal([]);
  });

  it('say all that a value breaks, in their order, each with its pointer', () => {
    expect(brokenRules(rules, { first: 0, last: -1 })).to.deep.equal([
      '/first: is not positive; write 1',
      '/last: is before the first; swap them',
    ]);
    expect(brokenRules(rules, { first: 2, last: 1 }, '/topology/a')).to.deep.equal([
      '/topology/a/last: is before the first; swap them',
    ]);
  });

  it('take a text that is absent for one without blanks around it', () => {
    for (const text of [undefined, '', 'a b']) expect(isTrimmed(text), String(text)).to.equal(true);
    for (const text of [' a', 'a\t', ' ']) expect(isTrimmed(text), JSON.stringify(text)).to.equal(false);
  });
});
