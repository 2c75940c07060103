import { expect } from 'chai';
import fc from 'fast-check';

import { marshal } from '../../../src/slap/marshal.ts';
import type { MarshalValue } from '../../../src/slap/types.ts';
import { unmarshal } from '../../../src/slap/unmarshal.ts';
import { fitsXml } from '../../../src/slap/xml-text.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('&', '<', '>', '"', "'", ';', 'lt', 'amp', '#13', '\r', '\n', '\t', ' ', 'é', '😀'),
  }),
);
const xmlText = text.filter(fitsXml);
const values = fc.letrec<{ value: MarshalValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    xmlText,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(xmlText, fc.constantFrom('__proto__', 'constructor', 'toString')), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value;

describe('marshal', () => {
  it('escapes strings twice, as the Python library reads them', () => {
    expect(marshal({ 'a<&>"\'': 'é\r' })).to.equal(
      '<marshal><dictionary><string>a&amp;lt;&amp;amp;&amp;gt;"\'</string><string>é&#13;</string></dictionary></marshal>',
    );
  });

  it('writes each kind of value with its own element', () => {
    expect(marshal([null, true, false, 7, 1.5, 10n ** 30n, [], {}])).to.equal(
      '<marshal><list><none/><bool>1</bool><bool>0</bool><int>7</int><float>1.5</float>' +
        '<long>1000000000000000000000000000000</long><list></list><dictionary></dictionary></list></marshal>',
    );
  });

  it('is undone by unmarshal for any value', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(unmarshal(marshal(value))).to.deep.equal(value);
      }),
    );
  });

  it('refuses what XML cannot hold, naming the place and not the value', () => {
    for (const [value, message] of [
      [{ a: ['secret\u0000'] }, '/a/0: holds a character that XML cannot hold'],
      [{ a: '\ud800' }, '/a: holds a character that XML cannot hold'],
      [{ a: NaN }, '/a: is not a finite number'],
      [{ a: undefined as never }, '/a: undefined cannot be marshalled'],
    ] as const) {
      expect(() => marshal(value)).to.throw(TypeError, message);
    }
  });
});
