/** The lines of the ledger's files: words with blanks between them, comments, and text of other people in one word. */
import { byText, oneWord } from '../formats/one-word.ts';

/** Says what is wrong with a line, and throws. */
export type Fail = (reason: string) => never;

export function lines(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => `${row.map((word) => oneWord(word, 'the ledger')).join(' ')}\n`)
    .sort(byText)
    .join('');
}

export function numbered(text: string): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'));
}

export function words(text: string): { line: number; fields: string[] }[] {
  return numbered(text).map(({ line, text: row }) => ({ line, fields: row.split(' ') }));
}

/**
 * The entries as one object, which has no prototype: a requester may choose `constructor` or `__proto__` as a name.
 * `fail` is called for a name that stands twice.
 */
export function tableOf<Value>(
  entries: readonly { key: string; value: Value; fail: Fail }[],
): Record<string, Value> {
  const table = Object.create(null) as Record<string, Value>;
  for (const { key, value, fail } of entries) {
    if (key in table) fail(`${JSON.stringify(key)} stands twice`);
    table[key] = value;
  }
  return table;
}

/** References may hold blanks and punctuation; `-` stands for the instance itself, whose target is empty. */
export function encode(text: string): string {
  return text === '' ? '-' : encodeURIComponent(text).replace(/^-/, '%2D');
}

export function decode(text: string, fail: Fail): string {
  try {
    return text === '-' ? '' : decodeURIComponent(text);
  } catch {
    return fail(`"${text}" holds half an escape`);
  }
}

export function lineOf(text: string, start: string): number {
  return text.split('\n').findIndex((line) => line.startsWith(start)) + 1;
}
