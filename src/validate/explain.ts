/** Turns ajv's errors into sentences: pointer, what was written, why it is refused, what to write instead. */
import type { ErrorObject } from 'ajv';

import { shown } from '../errors.ts';

type Explain = (error: ErrorObject) => string;

const explanations: Readonly<Record<string, Explain>> = {
  required: ({ params }) => `lacks "${String(params['missingProperty'])}"; add it`,
  additionalProperties: ({ params, parentSchema }) =>
    `does not know "${String(params['additionalProperty'])}"; known are ${known(parentSchema)}`,
  type: ({ params, data }) => `${shown(data)} is no ${String(params['type'])}; write a value of that type`,
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
  const sentences = told.map((error) => {
    const explain = explanations[error.keyword] ?? (({ message }) => message ?? 'is refused');
    return `${error.instancePath || '/'}: ${explain(error)}`;
  });
  return atMost([...new Set(sentences)]);
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

function known(schema: unknown): string {
  return Object.keys((schema as { properties?: object } | undefined)?.properties ?? {}).join(', ');
}

/** What a schema with a `pattern` or an `anyOf` expects, in the words that stand beside it; else the bare pattern. */
function expected(schema: unknown): string {
  const { 'x-expected': words, pattern } = (schema ?? {}) as { 'x-expected'?: string; pattern?: string };
  return words ?? `of the form ${String(pattern)}`;
}
