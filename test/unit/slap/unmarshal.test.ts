import { expect } from 'chai';
import fc from 'fast-check';

import { unmarshal } from '../../../src/slap/unmarshal.ts';

describe('unmarshal', () => {
  it('reads what the Python library writes: references to characters, tuples, and both escapes of a string', () => {
    const xml =
      '<marshal><dictionary id="i2"><string>a&amp;lt;&amp;amp;&amp;gt;"\'</string><string>&#233; &amp;lt;b&amp;gt; ' +
      '&amp;amp;amp; &#13;\n\t x</string><string>l</string><list id="i3"><int>1</int><float>1e+16</float><none/><bool>1</bool>' +
      '<tuple><int>1</int><unicode>x</unicode></tuple></list><string>n</string><long>1000000000000000000000000000000</long></dictionary></marshal>';
    expect(unmarshal(xml)).to.deep.equal({
      'a<&>"\'': 'é <b> &amp; \r\n\t x',
      l: [1, 1e16, null, true, [1, 'x']],
      n: 10n ** 30n,
    });
  });

  it('reads an object as the dictionary of its state', () => {
    const xml =
      '<marshal><object id="i2" module="slapos.slap.slap" class="ComputerPartition"><tuple><string>C</string><none/></tuple>' +
      '<dictionary id="i3"><string>_computer_id</string><string>C</string></dictionary></object></marshal>';
    expect(unmarshal(xml)).to.deep.equal({ _computer_id: 'C' });
  });

  it('follows a reference to an earlier value', () => {
    const xml =
      '<?xml version="1.0"?>\n<marshal>\n <list> <list id="i3"><int>1</int></list> <reference id="i3"/></list>\n</marshal>';
    expect(unmarshal(xml)).to.deep.equal([[1], [1]]);
  });

  it('takes no identity from inside another attribute', () => {
    const xml =
      '<marshal><list><dictionary class=" id=\'i2\'" id="i3"/><reference id="i2"/></list></marshal>';
    expect(() => unmarshal(xml)).to.throw('earlier value');
    expect(unmarshal(xml.replace('reference id="i2"', 'reference id="i3"'))).to.deep.equal([{}, {}]);
  });

  it('keeps a string of blanks, and an empty one', () => {
    expect(unmarshal('<marshal><list><string>  </string><string/></list></marshal>')).to.deep.equal([
      '  ',
      '',
    ]);
  });

  it('takes __proto__ as a name like any other', () => {
    const value = unmarshal(
      '<marshal><dictionary><string>__proto__</string><dictionary><string>polluted</string><int>1</int></dictionary></dictionary></marshal>',
    );
    expect(Object.keys(value as object)).to.deep.equal(['__proto__']);
    expect((value as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  const refused: Readonly<Record<string, readonly [xml: string, message: string]>> = {
    'a document type': ['<!DOCTYPE marshal><marshal><none/></marshal>', 'DOCTYPE'],
    'an entity bomb': [
      '<!DOCTYPE m [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]><marshal><string>&b;</string></marshal>',
      'DOCTYPE',
    ],
    'an entity that nobody defined': ['<marshal><string>&b;</string></marshal>', 'well-formed XML'],
    'a bare ampersand': ['<marshal><string>a & b</string></marshal>', 'not well-formed'],
    'a reference to a character that XML cannot hold': [
      '<marshal><string>&#0;</string></marshal>',
      'well-formed XML',
    ],
    'a reference to half a surrogate pair': [
      '<marshal><string>&#xD800;</string></marshal>',
      'well-formed XML',
    ],
    'a CDATA section': ['<marshal><string><![CDATA[x]]></string></marshal>', 'CDATA'],
    'a document cut short': ['<marshal><list><string>a', 'not well-formed'],
    'nesting without end': [
      `<marshal>${'<list>'.repeat(9999)}${'</list>'.repeat(9999)}</marshal>`,
      'nested too deeply',
    ],
    'an empty answer': ['', 'not well-formed'],
    'plain text': ['done', 'not well-formed'],
    HTML: ['<html><body>Service unavailable</body></html>', 'not one <marshal> element'],
    'two documents': ['<marshal><none/></marshal><marshal><none/></marshal>', 'not well-formed'],
    'no value': ['<marshal/>', 'does not hold one value'],
    'two values': ['<marshal><none/><none/></marshal>', 'does not hold one value'],
    'text between elements': ['<marshal><list>a<none/></list></marshal>', 'text between elements'],
    'an element in a string': [
      '<marshal><string>a<int>1</int></string></marshal>',
      '<string> holds an element',
    ],
    'an unknown element': ['<marshal><code>AAAA</code></marshal>', 'it holds a <code>'],
    'an element named as a property of every object': [
      '<marshal><constructor/></marshal>',
      'it holds a <constructor>',
    ],
    'a number that is none': ['<marshal><int>0x10</int></marshal>', '<int> is not a whole number'],
    'a float that is none': ['<marshal><float>nan</float></marshal>', '<float> is not a finite number'],
    'a key without value': [
      '<marshal><dictionary><string>a</string></dictionary></marshal>',
      'key without a value',
    ],
    'a key that is no string': [
      '<marshal><dictionary><int>1</int><none/></dictionary></marshal>',
      'not a string',
    ],
    'a list that holds itself': [
      '<marshal><list id="i1"><reference id="i1"/></list></marshal>',
      'earlier value',
    ],
    'a reference to nothing': ['<marshal><reference id="i9"/></marshal>', 'earlier value'],
    'an object without state': [
      '<marshal><object><tuple/></object></marshal>',
      'tuple of arguments and a dictionary',
    ],
  };
  for (const [what, [xml, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      expect(() => unmarshal(xml)).to.throw(Error, message);
    });
  }

  it('answers any text with a value or an Error of its own', () => {
    const part = fc.constantFrom(
      ...[
        '<marshal>',
        '</marshal>',
        '<list>',
        '</list>',
        '<string>',
        '</string>',
        '<int>',
        '</int>',
        '<none/>',
        '&',
        'a',
        '1',
        '<',
        '"',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (xml) => {
          try {
            unmarshal(xml);
          } catch (error) {
            expect(error)
              .to.be.instanceOf(Error)
              .and.not.instanceOf(TypeError)
              .and.not.instanceOf(RangeError);
          }
        },
      ),
    );
  });
});
