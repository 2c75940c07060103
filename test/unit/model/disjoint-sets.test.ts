import { expect } from 'chai';
import fc from 'fast-check';

import { newDisjointSets } from '../../../src/model/disjoint-sets.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));

/** The names that `start` is joined with, found by following the pairs. */
function reachable(start: string, pairs: readonly (readonly [string, string])[]): Set<string> {
  const found = new Set([start]);
  for (const each of found) {
    for (const [left, right] of pairs) {
      if (left === each) found.add(right);
      if (right === each) found.add(left);
    }
  }
  return found;
}

describe('disjoint sets', () => {
  it('have the same root for two names exactly if pairs lead from one to the other', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        const { join, rootOf } = newDisjointSets();
        for (const [left, right] of pairs) join(left, right);
        for (const name of names) {
          const together = reachable(name, pairs);
          for (const other of names) {
            expect(rootOf(name) === rootOf(other), `${name} ${other}`).to.equal(together.has(other));
          }
        }
      }),
    );
  });

  it('are found without recursion, however long a chain of names is', () => {
    const { join, rootOf } = newDisjointSets();
    const chain = Array.from({ length: 100_000 }, (_none, index) => `n${index}`);
    chain.slice(1).forEach((name, index) => join(name, chain[index] ?? ''));
    expect(rootOf('n99999')).to.equal(rootOf('n0'));
  });
});
