/** Each file of test/schemas is one case: `schema`, `value`, and the `problems` that an invalid one has. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { parse } from 'yaml';

import { schemas } from '../../../src/generated/schemas.ts';
import { checkAgainstSchema } from '../../../src/validate/json-schema.ts';

interface SchemaCase {
  schema: string;
  value: unknown;
  problems?: string[];
}

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));

function casesIn(kind: 'valid' | 'invalid'): [string, SchemaCase][] {
  return readdirSync(`${folder}${kind}`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, parse(readFileSync(`${folder}${kind}/${name}`, 'utf8')) as SchemaCase]);
}

describe('schemas', () => {
  const valid = casesIn('valid');
  const invalid = casesIn('invalid');

  for (const [name, { schema, value }] of valid) {
    it(`${schema} accepts ${name}`, () => {
      expect(checkAgainstSchema(schema, value).problems).to.deep.equal([]);
    });
  }

  for (const [name, { schema, value, problems }] of invalid) {
    it(`${schema} refuses ${name}, saying why`, () => {
      expect(checkAgainstSchema(schema, value).problems).to.deep.equal(problems);
    });
  }

  it('each have a valid and an invalid case', () => {
    for (const cases of [valid, invalid]) {
      expect(new Set(cases.map(([, { schema }]) => schema))).to.have.all.keys(...Object.keys(schemas));
    }
  });
});
