import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';

import { schemas } from '../../../src/generated/schemas.ts';
import { expectedKeyword } from '../../../src/validate/json-schema.ts';

describe('schemas, read strictly', () => {
  it('hold no keyword that ajv does not know and nothing that it ignores', () => {
    const warnings: string[] = [];
    const warn = (...parts: unknown[]) => warnings.push(parts.map(String).join(' '));
    const ajv = new Ajv2020({
      strict: 'log',
      useDefaults: true,
      logger: { log: warn, warn, error: warn },
    });
    addFormats.default(ajv);
    ajv.addKeyword(expectedKeyword);
    for (const [path, schema] of Object.entries(schemas)) {
      ajv.addSchema({ ...schema, $id: `schemas:/${path}` });
    }
    for (const path of Object.keys(schemas)) ajv.getSchema(`schemas:/${path}`);
    // A property that another schema refers to may have a default: the one who refers repeats it.
    const mistakes = warnings.filter((line) => !line.includes('default is ignored in the schema root'));
    expect(mistakes).to.deep.equal([]);
  });

  it('say in words what a pattern or a choice expects of whoever writes parameters', () => {
    const inputs = Object.entries(schemas).filter(([path]) => !/-output\.json$|published/.test(path));
    const wordless = inputs.flatMap(([path, schema]) => wordlessIn(schema, path));
    expect(wordless).to.deep.equal([]);
  });
});

/** Where a schema has a `pattern` or an `anyOf` without words beside it, or words without either. */
function wordlessIn(schema: unknown, place: string): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const needsWords = 'pattern' in schema || 'anyOf' in schema;
  const own = needsWords === expectedKeyword.keyword in schema ? [] : [place];
  return [...own, ...Object.entries(schema).flatMap(([key, each]) => wordlessIn(each, `${place}/${key}`))];
}
