/** Checks values against schemas/ (draft 2020-12) with ajv, which fills in defaults and finds all violations at once. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { schemas } from '../generated/schemas.ts';
import { halfCharactersIn } from '../names/half-characters.ts';
import { explainHalfCharacters, explainViolations } from './explain.ts';

export interface Checked<Value> {
  /** With defaults filled in; only meaningful when there are no problems. */
  value: Value;
  /** Sentences that begin with a JSON pointer. */
  problems: string[];
}

/**
 * Keyword of these schemas that other validators ignore: what a `pattern` or an `anyOf` beside it expects, in the words that
 * end the sentence "… is not …".
 */
export const expectedKeyword = { keyword: 'x-expected', schemaType: 'string' } as const;

const base = 'schemas:/';
let compiled: Ajv2020 | undefined;

function ajv(): Ajv2020 {
  if (compiled) return compiled;
  compiled = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    // Otherwise ajv refuses a `$ref` to a property that has a default. A test finds the real mistakes in the schemas.
    strictSchema: false,
    // A test does it, once for each schema and not once for each processing.
    validateSchema: false,
  });
  addFormats.default(compiled);
  compiled.addKeyword(expectedKeyword);
  for (const [path, schema] of Object.entries(schemas)) {
    compiled.addSchema({ ...schema, $id: `${base}${path}` });
  }
  return compiled;
}

/** Checks a copy of `value` against the schema at `path` (`mail-server/default-input.json`). */
export function checkAgainstSchema<Value>(path: string, value: unknown): Checked<Value> {
  const validate = ajv().getSchema(`${base}${path}`) as ValidateFunction<Value> | undefined;
  if (!validate) throw new Error(`there is no schema ${path}`);
  const copy = structuredClone(value);
  const valid = validate(copy);
  return {
    value: copy as Value,
    problems: [
      ...explainHalfCharacters(halfCharactersIn(value)),
      ...(valid ? [] : explainViolations((validate.errors ?? []) as ErrorObject[])),
    ],
  };
}
