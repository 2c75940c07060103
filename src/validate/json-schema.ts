/** ajv over schemas/ (draft 2020-12): fills defaults in and says all violations at once. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { schemas } from '../generated/schemas.ts';
import { explainViolations } from './explain.ts';

export interface Checked<Value> {
  /** With defaults filled in; only meaningful when there are no problems. */
  value: Value;
  /** Sentences that begin with a JSON pointer. */
  problems: string[];
}

const base = 'schemas:/';
let compiled: Ajv2020 | undefined;

function ajv(): Ajv2020 {
  if (compiled) return compiled;
  compiled = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    // A `$ref` to a property with a default is no mistake to ajv only when this is off; a test looks for real ones.
    strictSchema: false,
  });
  addFormats.default(compiled);
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
    problems: valid ? [] : explainViolations((validate.errors ?? []) as ErrorObject[]),
  };
}
