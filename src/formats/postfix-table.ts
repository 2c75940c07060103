/** Source text of a Postfix lookup table (postmap(1)): `key whitespace value`, one a line. */
import { byText, oneWord, refuseCharacters } from './one-word.ts';

/** Entries of one table: a Map, so that a key cannot stand twice; Postfix drops a whole table that has it. */
export type LookupTable = ReadonlyMap<string, string>;

export function serialiseLookupTable(table: LookupTable): string {
  return [...table]
    .sort(([left], [right]) => byText(left, right))
    .map(([key, value]) => `${tableKey(key)} ${tableValue(value)}\n`)
    .join('');
}

/** What `serialiseLookupTable` wrote; lines without a value are passed over. */
export function parseLookupTable(text: string): LookupTable {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const blank = line.indexOf(' ');
      return blank > 0 ? [[line.slice(0, blank), line.slice(blank + 1)]] : [];
    }),
  );
}

/** A value that is several addresses. */
export function serialiseAddresses(addresses: readonly string[]): string {
  return addresses.map((address) => refuseCharacters(address, /[\s,]/u, 'a list of addresses')).join(', ');
}

export function parseAddresses(value: string): string[] {
  return value === '' ? [] : value.split(', ');
}

function tableKey(key: string): string {
  // A key that starts with `#` would be read as a comment, one that starts with `"` beyond the blank.
  if (/^[#"]/.test(key)) throw new Error(`${JSON.stringify(key)} cannot be a key of a Postfix table`);
  return oneWord(key, 'a Postfix table');
}

function tableValue(value: string): string {
  if (value.trim() !== value || value === '') {
    throw new Error(`${JSON.stringify(value)} cannot be a value of a Postfix table`);
  }
  return refuseCharacters(value, /\n/, 'a Postfix table');
}
