import { expect } from 'chai';
import fc from 'fast-check';

import { OperatorError } from '../../../../src/errors.ts';
import {
  absolutePath,
  amount,
  type Codec,
  filledText,
  flag,
  listOf,
  mapOf,
  nullable,
  objectOf,
  parseJson,
  partOf,
  port,
  serialiseJson,
  text,
} from '../../../../src/daemons/kit/json-codec.ts';

interface Everything {
  anyText: string;
  isOn: boolean;
  howMany: number;
  listenPort: number;
  noneOrText: string | null;
  byName: ReadonlyMap<string, readonly string[]>;
  somewhere: Partial<{ oneNumber: number; oneText: string }>;
}

const everything = objectOf<Everything>({
  anyText: text,
  isOn: flag,
  howMany: amount,
  listenPort: port,
  noneOrText: nullable(filledText),
  byName: mapOf(listOf(absolutePath)),
  somewhere: partOf<{ oneNumber: number; oneText: string }>({ oneNumber: amount, oneText: text }),
});

describe('a typed value in a JSON file', () => {
  it('comes back as it went', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 10 });
    const value = fc.record({
      anyText,
      isOn: fc.boolean(),
      howMany: fc.nat(),
      listenPort: fc.integer({ min: 1, max: 65_535 }),
      noneOrText: fc.option(fc.string({ minLength: 1 })),
      byName: fc
        .array(
          fc.tuple(fc.oneof(anyText, fc.constant('__proto__')), fc.array(anyText.map((each) => `/${each}`))),
        )
        .map((entries) => new Map(entries)),
      somewhere: fc.record(
        { oneNumber: fc.nat(), oneText: anyText },
        { requiredKeys: [], noNullPrototype: true },
      ),
    });
    fc.assert(
      fc.property(value, (each) => {
        expect(parseJson(serialiseJson(each, everything), 'file', everything)).to.deep.equal(each);
      }),
    );
  });

  it('has its own names in kebab-case, keys that are data as they are, and passes over what it does not know', () => {
    const codec = objectOf<{ mailDomains: ReadonlyMap<string, number> }>({ mailDomains: mapOf(amount) });
    const written = '{\n "mail-domains": {\n  "aB": 1\n }\n}\n';
    expect(serialiseJson({ mailDomains: new Map([['aB', 1]]) }, codec)).to.equal(written);
    expect(parseJson('{"mail-domains":{},"other":1}', 'file', codec)).to.deep.equal({
      mailDomains: new Map(),
    });
  });

  const refusals: [Codec<unknown>, string, string][] = [
    [text, '1', 'must be a text'],
    [filledText, '""', 'must be a text that is not empty'],
    [absolutePath, '"var/x"', 'must be an absolute path'],
    [flag, '"true"', 'must be true or false'],
    ...['-1', '1.5', '"1"', '1e300', 'null'].map((json): [Codec<unknown>, string, string] => [
      amount,
      json,
      'must be a whole number, 0 or more',
    ]),
    ...['0', '65536', '"25"'].map((json): [Codec<unknown>, string, string] => [port, json, 'must be a port']),
    [listOf(text), '{}', 'must be a list'],
    [listOf(text), '["a",1]', '/1 must be a text'],
    [mapOf(text), '[]', 'must be an object'],
    [mapOf(text), '{"a/b~c":1}', '/a~1b~0c must be a text'],
    [nullable(text), '1', 'must be a text'],
    [objectOf({ oneText: text }), 'null', 'must be an object'],
    [objectOf({ oneText: text }), '{}', '/one-text must be a text'],
    [
      objectOf({ oneText: objectOf({ inIt: listOf(flag) }) }),
      '{"one-text":{"in-it":[0]}}',
      '/one-text/in-it/0 must be true or false',
    ],
    [partOf({ oneText: text }), '{"one-text":null}', '/one-text must be a text'],
    [objectOf({ toString: text }), '{}', '/to-string must be a text'],
  ];
  for (const [codec, json, reason] of refusals)
    it(`is refused with file, place, reason and remedy: ${json} ${reason}`, () => {
      expect(() => parseJson(json, '/etc/file', codec)).to.throw(
        OperatorError,
        `/etc/file: ${reason}; process the partition again to have it written anew`,
      );
    });
});
