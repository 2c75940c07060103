import { expect } from 'chai';
import fc from 'fast-check';

import { decodeParameters, encodeParameters } from '../../../src/slap/json-parameter.ts';
import { marshal } from '../../../src/slap/marshal.ts';

describe('JSON in the parameter "_"', () => {
  it('comes back as it went, whatever the text, and always fits XML', () => {
    const anyObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(anyObject, (parameters) => {
        const encoded = encodeParameters(parameters);
        marshal(encoded);
        expect(decodeParameters(encoded._)).to.deep.equal({ parameters });
      }),
    );
    marshal(encodeParameters({ a: '\u0000\u001f\ufffe\uffff\ud800' }));
  });

  it('is an empty object when nothing was written', () => {
    for (const nothing of [undefined, null, ''])
      expect(decodeParameters(nothing)).to.deep.equal({ parameters: {} });
  });

  it('says where it stops being JSON, and never quotes the text', () => {
    expect(decodeParameters('{"password": "hunter2" "b": 1}')).to.deep.equal({
      problem: 'the parameter "_" is not JSON (wrong at character 24)',
    });
    expect(decodeParameters('hunter2')).to.deep.equal({
      problem: 'the parameter "_" is not JSON (7 characters)',
    });
  });

  it('refuses what would exhaust the stack of whoever walks it', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(decodeParameters(deep)).to.have.property('problem');
    expect(decodeParameters('['.repeat(65) + ']'.repeat(65)))
      .to.have.property('problem')
      .that.includes('64 levels');
    expect(decodeParameters('['.repeat(64) + ']'.repeat(64))).to.have.property('parameters');
  });
});
