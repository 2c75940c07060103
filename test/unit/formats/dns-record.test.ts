import { expect } from 'chai';
import fc from 'fast-check';

import { serialiseDnsRecord } from '../../../src/formats/dns-record.ts';

const txt = (text: string) => serialiseDnsRecord({ name: 'example.com', type: 'TXT', text });
const mx = (name: string, exchange = 'mx1.example.net', preference = 10) =>
  serialiseDnsRecord({ name, type: 'MX', preference, exchange });

/** What a name server makes of the strings of a TXT record (RFC 1035, 5.1). */
function readStrings(record: string): Buffer[] {
  const data = record.slice('example.com. TXT '.length);
  const strings = [...data.matchAll(/"((?:[^"\\]|\\\d{3}|\\\D)*)"/g)].map(([, inner = '']) => inner);
  expect(strings.map((inner) => `"${inner}"`).join(' ')).to.equal(data);
  return strings.map((inner) =>
    Buffer.from(
      [...inner.matchAll(/\\(\d{3})|\\(\D)|([^\\])/g)].map(([, code, character, plain]) =>
        code === undefined ? (character ?? plain ?? '').charCodeAt(0) : Number(code),
      ),
    ),
  );
}

describe('a DNS record', () => {
  it('of type MX has absolute names', () => {
    expect(mx('example.com')).to.equal('example.com. MX 10 mx1.example.net.');
    expect(mx('_x.Example.com', 'mx-1')).to.equal('_x.Example.com. MX 10 mx-1.');
  });

  it('of type TXT is quoted', () => {
    expect(txt('v=spf1 mx ~all')).to.equal('example.com. TXT "v=spf1 mx ~all"');
    expect(txt('')).to.equal('example.com. TXT ""');
  });

  it('escapes what ends a string or is not printable', () => {
    expect(txt('a"b\\c')).to.equal('example.com. TXT "a\\"b\\\\c"');
    expect(txt('a\nü;')).to.equal('example.com. TXT "a\\010\\195\\188;"');
  });

  it('has a text of more than 255 octets in several strings, and one of 255 in a single one', () => {
    expect(txt('a'.repeat(255))).to.equal(`example.com. TXT "${'a'.repeat(255)}"`);
    expect(txt('a'.repeat(256))).to.equal(`example.com. TXT "${'a'.repeat(255)}" "a"`);
    // Octets count, not characters: this one has two.
    expect(readStrings(txt('ü'.repeat(128))).map(({ length }) => length)).to.deep.equal([255, 1]);
  });

  it('is read as the text that was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        const strings = readStrings(txt(text));
        expect(strings.every(({ length }) => length <= 255)).to.equal(true);
        expect(Buffer.concat(strings).toString('utf8')).to.equal(text);
      }),
    );
  });

  it('refuses names that are none', () => {
    for (const name of [
      '',
      'a..b',
      '.a',
      'a.',
      'a b',
      'a\nb',
      'a;b',
      'a"b',
      'ü.de',
      `${'a'.repeat(64)}.com`,
    ]) {
      expect(() => mx(name), JSON.stringify(name)).to.throw(/cannot be/);
      expect(() => mx('example.com', name), JSON.stringify(name)).to.throw(/cannot be/);
    }
    const label = 'a'.repeat(63);
    expect(mx(`${label}.${label}.${label}.${'a'.repeat(61)}`)).to.match(/^a/);
    expect(() => mx(`${label}.${label}.${label}.${'a'.repeat(62)}`)).to.throw(/cannot be a name/);
  });

  it('refuses a preference that does not fit, and a text that no record holds', () => {
    for (const preference of [-1, 65_536, 1.5, NaN]) {
      expect(() => mx('example.com', 'mx', preference), String(preference)).to.throw(/preference of an MX/);
    }
    expect(mx('example.com', 'mx', 65_535)).to.equal('example.com. MX 65535 mx.');
    expect(readStrings(txt('a'.repeat(65_279)))).to.have.length(256);
    expect(() => txt('a'.repeat(65_280))).to.throw(/text of 65280 characters cannot be written/);
  });
});
