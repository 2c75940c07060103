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
  anyOf: ({ data, parentSchema }) => `${shown(data)} is not ${example(parentSchema)}`,
  pattern: ({ data, parentSchema }) => `${shown(data)} is not ${example(parentSchema)}`,
};

/** What a pattern asks for, by the title of its schema. */
const examples: Readonly<Record<string, string>> = {
  'Mail domain': 'a mail domain; write a name such as example.com',
  'Mail server': 'an IPv4 or IPv6 address; write one such as 192.0.2.1 or 2001:db8::1',
  'One line of text': 'one line of text; remove control characters',
  Domain: 'a domain name; write one such as example.com',
  Fingerprint: 'a SHA-256 fingerprint; write 32 pairs of hexadecimal digits such as AA:BB:…',
  'Node name': 'a name of a node; use letters, digits and dashes',
  Host: 'a host name or an address; write one such as smtp.example.com',
};

/** What a person mends at once. A list of a million wrong items would be a million sentences, for all to carry. */
const mostSentences = 50;

export function explainViolations(errors: readonly ErrorObject[]): string[] {
  // The alternatives of an `anyOf` are told once, by it; what is wrong with a property's name by its pattern.
  const told = errors.filter(
    ({ schemaPath, keyword }) => !/\/anyOf\/\d/.test(schemaPath) && keyword !== 'propertyNames',
  );
  const sentences = told.map((error) => {
    const explain = explanations[error.keyword] ?? (({ message }) => message ?? 'is refused');
    return `${error.instancePath || '/'}: ${explain(error)}`;
  });
  const all = [...new Set(sentences)];
  if (all.length <= mostSentences) return all;
  return [...all.slice(0, mostSentences), `/: has ${all.length - mostSentences} problems more`];
}

function known(schema: unknown): string {
  return Object.keys((schema as { properties?: object } | undefined)?.properties ?? {}).join(', ');
}

function example(schema: unknown): string {
  const { title, pattern } = (schema ?? {}) as { title?: string; pattern?: string };
  return examples[title ?? ''] ?? `of the form ${String(pattern)}`;
}
