/** Turns ajv's errors into sentences: pointer, what was written, why it is refused, what to write instead. */
import type { ErrorObject } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';

import { shortened, shown } from '../errors.ts';

type Explain = (error: ErrorObject) => string;

const explanations: Readonly<Record<string, Explain>> = {
  required: ({ params }) => `lacks "${String(params['missingProperty'])}"; add it`,
  type: ({ params, data, parentSchema }) =>
    explainType([params['type']].flat() as string[], data, parentSchema),
  enum: ({ params, data }) =>
    `${shown(data)} is not one of ${(params['allowedValues'] as unknown[]).map((value) => String(value) || '""').join(', ')}`,
  minimum: ({ params, data }) => `${shown(data)} is too small; the least is ${String(params['limit'])}`,
  maximum: ({ params, data }) => `${shown(data)} is too large; the most is ${String(params['limit'])}`,
  minLength: ({ params, data }) =>
    `${shown(data)} is too short; write at least ${String(params['limit'])} characters`,
  maxLength: ({ params, data }) =>
    `${shown(data)} is too long; write at most ${String(params['limit'])} characters`,
  minItems: ({ params }) => `is an empty list; write at least ${String(params['limit'])} item`,
  maxItems: ({ params }) => `is too long a list; write at most ${String(params['limit'])} items`,
  dependentRequired: ({ params }) =>
    `has "${String(params['property'])}" without "${String(params['missingProperty'])}"; write both`,
  anyOf: ({ data, parentSchema }) => `${shown(data)} is not ${expected(parentSchema)}`,
  pattern: ({ data, parentSchema }) => `${shown(data)} is not ${expected(parentSchema)}`,
};

/** A list of a million wrong items would make a million sentences; this many are as much as a person mends at once. */
const maxSentences = 50;

export function explainViolations(errors: readonly ErrorObject[]): string[] {
  // An `anyOf` explains itself, so its alternatives need not; a wrong property name is explained by its pattern.
  const told = errors.filter(
    ({ schemaPath, keyword }) => !/\/anyOf\/\d/.test(schemaPath) && keyword !== 'propertyNames',
  );
  const listed = new Set<string>();
  const sentences = told.map((error) =>
    error.keyword === 'additionalProperties' ? explainUnknown(error, listed) : explainViolation(error),
  );
  return atMost([...new Set(sentences)]);
}

function explainViolation(error: ErrorObject): string {
  const explain = explanations[error.keyword] ?? (({ message }) => message ?? 'is refused');
  return `${error.instancePath || '/'}: ${explain(error)}`;
}

/** `listed`: maps of which all known names were told; once is enough, and only where no name is near to what was written. */
function explainUnknown({ instancePath, params, parentSchema }: ErrorObject, listed: Set<string>): string {
  const written = String(params['additionalProperty']);
  const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const pointer = `${instancePath}/${shortened(written.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
  const near = nearestName(written, known);
  if (near !== null) return `${pointer}: unknown; did you mean "${near}"?`;
  if (listed.has(instancePath)) return `${pointer}: unknown`;
  listed.add(instancePath);
  return `${pointer}: unknown; known are ${known.join(', ')}`;
}

/** Null when none is near: a quarter of the letters may differ. Letter case, `_` and blanks count for nothing. */
function nearestName(written: string, known: readonly string[]): string | null {
  // Longer ones are nobody's slip of the fingers, and would take their time.
  if (known.length === 0 || written.length > 64) return null;
  const plain = written.toLowerCase().replaceAll(/[_ ]/g, '-');
  const near = closest(plain, known);
  return distance(plain, near) * 4 <= Math.max(plain.length, near.length) ? near : null;
}

const typeNames: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  boolean: 'truth value',
  string: 'text',
  array: 'list',
  object: 'map',
  null: 'null',
};

/** Says how what was meant is written, where that can be told. */
function explainType(types: readonly string[], data: unknown, schema: unknown): string {
  const wanted = types.map((type) => typeNames[type] ?? type).join(' or ');
  const isNot = `${shown(data)} is no ${wanted}`;
  const one = typeof data === 'string' || typeof data === 'number' ? String(data) : '';
  const meant = valueOfText(types, data);
  if (meant !== null) return `${shown(data)} is text; write ${meant} without quotes`;
  if (types.includes('string') && (typeof data === 'number' || typeof data === 'boolean')) {
    return `${isNot}; write it between quotes, "${data}"`;
  }
  if (types.includes('array') && /^[\w@.:+-]+$/.test(one)) return `${isNot}; write [${one}]`;
  const switched = switchOf(data);
  const properties = (schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
  if (types.includes('object') && switched !== null && 'enable' in properties) {
    return `${isNot}; write { enable: ${switched} }`;
  }
  if (types.includes('boolean')) return `${shown(data)} is neither true nor false; write one of them`;
  return `${isNot}; write a ${wanted}`;
}

/** The number or the truth value that a text says; null when it says none of a type that is wanted. */
function valueOfText(types: readonly string[], data: unknown): string | null {
  if (typeof data !== 'string') return null;
  if (types.includes('boolean') && switchOf(data) !== null) return String(switchOf(data));
  const number = types.includes('integer') ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d+)?$/;
  return (types.includes('integer') || types.includes('number')) && number.test(data) ? data : null;
}

function switchOf(data: unknown): boolean | null {
  if (typeof data === 'boolean') return data;
  if (typeof data !== 'string') return null;
  if (/^(on|yes|true|enabled?)$/i.test(data)) return true;
  return /^(off|no|false|disabled?|none)$/i.test(data) ? false : null;
}

/** `pointers`: to texts that hold half a character. */
export function explainHalfCharacters(pointers: readonly string[]): string[] {
  return atMost(
    pointers.map((pointer) => `${pointer || '/'}: holds half a character (a lone surrogate); remove it`),
  );
}

function atMost(sentences: readonly string[]): string[] {
  if (sentences.length <= maxSentences) return [...sentences];
  return [...sentences.slice(0, maxSentences), `/: has ${sentences.length - maxSentences} problems more`];
}

/** What a schema with a `pattern` or an `anyOf` expects, in the words that stand beside it; else the bare pattern. */
function expected(schema: unknown): string {
  const { 'x-expected': words, pattern } = (schema ?? {}) as { 'x-expected'?: string; pattern?: string };
  return words ?? `of the form ${String(pattern)}`;
}
