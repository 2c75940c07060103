/** How far addresses lead, against a walk through all of them; and what is looked up for it. */
import { expect } from 'chai';
import fc from 'fast-check';

import { maxLevels, newAddressGraph } from '../../../src/ledger/address-graph.ts';
import { type Links, newAddressReach, noLinks } from '../../../src/ledger/address-reach.ts';

const size = 12;
const nameOf = (index: number) => `n${index}@example.com`;
const indexOf = (name: string) => Number(/\d+/.exec(name)?.[0]);

/** An address and where it leads from now on: to later addresses only, so that there is never a loop. */
const change = fc
  .nat({ max: size - 1 })
  .chain((index) =>
    fc.tuple(
      fc.constant(index),
      fc.subarray(Array.from({ length: size - 1 - index }, (_none, offset) => index + 1 + offset)),
      fc.subarray(['x@foreign.example', 'y@foreign.example']),
    ),
  );

function walk(links: ReadonlyMap<string, Links>, address: string): { ends: Set<string>; levels: number } {
  const { steps, exits } = links.get(address) ?? noLinks;
  const below = [...steps].map((step) => walk(links, step));
  const isEnd = steps.size + exits.size === 0;
  return {
    ends: isEnd ? new Set([address]) : new Set([...exits, ...below.flatMap(({ ends }) => [...ends])]),
    levels: isEnd ? 0 : 1 + Math.max(0, ...below.map(({ levels }) => levels)),
  };
}

describe('how far an address leads', () => {
  it('is what a walk through all addresses finds, after each of many changes', function () {
    this.timeout(20_000);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const links = new Map<string, Links>();
        const reach = newAddressReach(
          (address) => links.get(address) ?? noLinks,
          (address) => [...links].flatMap(([source, { steps }]) => (steps.has(address) ? [source] : [])),
        );
        for (const [index, steps, exits] of changes) {
          links.set(nameOf(index), { steps: new Set(steps.map(nameOf)), exits: new Set(exits) });
          reach.update(nameOf(index));
          for (const address of Array.from({ length: size }, (_none, each) => nameOf(each))) {
            const { ends, levels } = walk(links, address);
            // One that leads nowhere is its own end, and leads to none.
            expect(reach.ends(address), address).to.equal(levels === 0 ? 0 : ends.size);
            expect(reach.levels(address), address).to.equal(levels);
          }
        }
      }),
    );
  });

  it('is known without a loop and without too many steps, whatever leads where', function () {
    this.timeout(20_000);
    const names = Array.from({ length: 16 }, (_none, index) => nameOf(index));
    const edge = fc.tuple(fc.constantFrom(...names), fc.subarray(names, { maxLength: 2 }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 60 }), (edges) => {
        const graph = newAddressGraph(new Set(names), new Set(), { delimiter: '+' });
        for (const [address, destinations] of edges) {
          const before = graph.destinations(address);
          const fault = graph.lead(address, destinations);
          expect(graph.destinations(address)).to.deep.equal(fault === null ? destinations : before);
        }
        const longest = (address: string, way: readonly string[]): number => {
          expect(way, 'a loop').not.to.include(address);
          const next = graph.destinations(address);
          return next.length === 0
            ? 0
            : 1 + Math.max(...next.map((each) => longest(each, [...way, address])));
        };
        for (const address of names) expect(longest(address, [])).to.be.at.most(maxLevels);
      }),
    );
  });

  it('looks each edge up once, however many ways there are', () => {
    // Levels of aliases that all lead to all of the next: few requests, a great many ways.
    const [levels, width] = [9, 15];
    const at = (level: number, index: number) => nameOf(level * width + index);
    const names = new Set(Array.from({ length: levels * width }, (_none, index) => nameOf(index)));
    let asked = 0;
    const held = {
      has: (address: string) => {
        asked += 1;
        return names.has(address);
      },
    };
    const graph = newAddressGraph(held, new Set(), { delimiter: '' });
    let edges = 0;
    for (const address of names) {
      const level = Math.floor(indexOf(address) / width);
      const next =
        level + 1 < levels ? Array.from({ length: width }, (_none, index) => at(level + 1, index)) : [];
      edges += next.length;
      expect(graph.lead(address, next)).to.equal(null);
    }
    expect(asked).to.be.at.most(edges);
  });
});
