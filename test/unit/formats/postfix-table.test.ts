import { expect } from 'chai';
import fc from 'fast-check';

import {
  parseAddresses,
  parseLookupTable,
  serialiseAddresses,
  serialiseLookupTable,
} from '../../../src/formats/postfix-table.ts';

const table = (...entries: [string, string][]) => serialiseLookupTable(new Map(entries));

describe('the source of a Postfix lookup table', () => {
  it('has one entry a line, sorted by code unit', () => {
    expect(table(['b', '2'], ['@a', 'x y'], ['B', '3'])).to.equal('@a x y\nB 3\nb 2\n');
  });

  it('is the same text whatever the order of its entries', () => {
    const key = fc.stringMatching(/^[a-z@.]{1,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(key), (keys) => {
        const entries = keys.map((each): [string, string] => [each, 'x']);
        expect(table(...entries)).to.equal(table(...entries.reverse()));
      }),
    );
  });

  it('refuses a key that is no single word, or that postmap reads otherwise', () => {
    for (const key of ['', 'a b', 'a\nb', 'a\tb', ' a', 'a\u0000', 'a\u00a0b', '#a', '"a"']) {
      expect(() => table([key, 'x']), JSON.stringify(key)).to.throw('Postfix table');
    }
  });

  it('refuses a value that is empty, has blanks around it or ends the line', () => {
    for (const value of ['', ' a', 'a ', 'a\nb', 'a\rb', 'a\u0000b']) {
      expect(() => table(['a', value]), JSON.stringify(value)).to.throw('Postfix table');
    }
  });

  it('has as many lines as entries and comes back as it went, or is refused', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 10 }), fc.stringMatching(/^[a-z@]{1,6}$/));
    const value = fc.oneof(text, fc.stringMatching(/^[a-z]{1,4}(,? [a-z]{1,4}){0,3}$/));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, value), { maxLength: 4 }), (entries) => {
        let written: string;
        try {
          written = serialiseLookupTable(new Map(entries));
        } catch {
          return;
        }
        expect(written.split('\n')).to.have.length(new Map(entries).size + 1);
        expect(parseLookupTable(written)).to.deep.equal(new Map(entries));
      }),
    );
  });

  it('has values that are several addresses, which come back as they went', () => {
    const address = fc.stringMatching(/^[^\s,\p{Cc}]{1,10}$/u);
    fc.assert(
      fc.property(fc.array(address), (addresses) => {
        expect(parseAddresses(serialiseAddresses(addresses))).to.deep.equal(addresses);
      }),
    );
    for (const broken of ['a,b', 'a b', 'a\nb'])
      expect(() => serialiseAddresses([broken]), broken).to.throw('cannot be written in a list of addresses');
  });
});
