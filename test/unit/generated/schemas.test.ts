import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';

import { schemas } from '../../../src/generated/schemas.ts';

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
    for (const [path, schema] of Object.entries(schemas)) {
      ajv.addSchema({ ...schema, $id: `schemas:/${path}` });
    }
    for (const path of Object.keys(schemas)) ajv.getSchema(`schemas:/${path}`);
    // A property that another schema refers to may have a default: the one who refers repeats it.
    const mistakes = warnings.filter((line) => !line.includes('default is ignored in the schema root'));
    expect(mistakes).to.deep.equal([]);
  });
});
