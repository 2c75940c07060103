/** `answers` and `outbox`: files of the ledger with one JSON object a line, since their values have parts of any form. Pure. */
import { byText } from '../formats/one-word.ts';
import type { Fail } from './lines.ts';
import { parseDigest, serialiseDigest } from './publication-digest.ts';
import type { Ledger, Publication } from './types.ts';

export function serialiseAnswers(answers: Ledger['answers']): string {
  return jsonLines('name', answers, (connection) => ({ connection }));
}

export function serialiseOutbox(outbox: Ledger['outbox']): string {
  return jsonLines('target', outbox, (publication) => ({
    ...publication,
    digest: serialiseDigest(publication.digest),
  }));
}

export function parseAnswer(line: string, fail: Fail): [string, Readonly<Record<string, unknown>>] {
  const { name, connection } = parseObject(line, fail);
  if (typeof name !== 'string' || !isObject(connection)) return fail('lacks a name or a connection');
  return [name, connection];
}

export function parsePublication(line: string, fail: Fail): [string, Publication] {
  const { target, parameters, digest, error, refusals } = parseObject(line, fail);
  if (typeof target !== 'string' || typeof digest !== 'string' || !isObject(parameters)) {
    return fail('lacks a target, parameters or a digest');
  }
  if (error !== undefined && typeof error !== 'string') return fail('has an error that is no text');
  if (refusals !== undefined && (!Number.isInteger(refusals) || Number(refusals) < 1)) {
    return fail('has a number of refusals that is none');
  }
  return [
    target,
    {
      parameters,
      digest: parseDigest(digest, fail),
      ...(error === undefined ? {} : { error }),
      ...(refusals === undefined ? {} : { refusals: Number(refusals) }),
    },
  ];
}

/** One line of JSON for each entry, its key under `name`. */
function jsonLines<Value>(
  name: string,
  entries: Readonly<Record<string, Value>>,
  fieldsOf: (value: Value) => object,
): string {
  return Object.entries(entries)
    .sort(([left], [right]) => byText(left, right))
    .map(([key, value]) => `${JSON.stringify({ [name]: key, ...fieldsOf(value) })}\n`)
    .join('');
}

function parseObject(line: string, fail: Fail): Readonly<Record<string, unknown>> {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return fail('is not JSON');
  }
  return isObject(entry) ? entry : fail('is no JSON object');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
