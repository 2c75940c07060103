/** Lines of the ledger's files: words with blanks between them, and comments. Text of any kind is encoded as one word. */
import { byText, oneWord } from '../formats/one-word.ts';

/** Throws an error that names the line and the reason. */
export type Fail = (reason: string) => never;

export function lines(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => `${row.map((word) => oneWord(word, 'the ledger')).join(' ')}\n`)
    .sort(byText)
    .join('');
}

/** The lines that are neither empty nor comments, with their numbers from 1. */
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
 * A key that occurs twice is an error.
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

/** Any text as one word, such as a reference with blanks; `-` stands for the empty text. */
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

/** Number of the first line that begins with `start`. */
export function lineOf(text: string, start: string): number {
  return text.split('\n').findIndex((line) => line.startsWith(start)) + 1;
}
