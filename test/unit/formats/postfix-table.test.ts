import { expect } from 'chai';
import fc from 'fast-check';

import { serialiseLookupTable } from '../../../src/formats/postfix-table.ts';

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

  it('has as many lines as entries, or is refused', () => {
    const text = fc.string({ unit: 'binary', maxLength: 10 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (entries) => {
        let written: string;
        try {
          written = serialiseLookupTable(new Map(entries));
        } catch {
          return;
        }
        expect(written.split('\n')).to.have.length(new Map(entries).size + 1);
      }),
    );
  });
});
