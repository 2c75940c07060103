/**
 * The file `aliases`: the destinations of aliases and of accounts that forward, as requested, in the format of a Postfix
 * virtual alias table (virtual(5)). An account that keeps a copy has its own address as the first destination.
 */
import { byText, oneWord } from '../formats/one-word.ts';
import { numbered } from './lines.ts';
import type { AccountRecord, AliasRecord } from './types.ts';

export function serialiseAliases(
  aliases: readonly AliasRecord[],
  accounts: readonly AccountRecord[],
): string {
  const word = (text: string) => oneWord(text, 'the ledger');
  const line = (address: string, destinations: readonly string[]) =>
    `${word(address)} ${destinations.map(word).join(', ')}\n`;
  return [...aliases, ...accounts.map(({ address, forward }) => ({ address, destinations: forward }))]
    .filter(({ destinations }) => destinations.length > 0)
    .map(({ address, destinations }) => line(address, destinations))
    .sort(byText)
    .join('');
}

/** Address → destinations. */
export function parseAliases(
  text: string,
  fail: (line: number, reason: string) => never,
): Map<string, { destinations: string[]; line: number }> {
  const found = new Map<string, { destinations: string[]; line: number }>();
  for (const { line, text: row } of numbered(text)) {
    const [, address = '', list = ''] = /^(\S+)\s+(\S.*)$/.exec(row) ?? [];
    const destinations = list.split(/,\s*/);
    if (address === '' || destinations.some((each) => !/^[^\s,]+@[^\s,@]+$/.test(each))) {
      fail(line, 'is not `address destination, destination…`');
    }
    if (found.has(address)) fail(line, `${address} stands twice`);
    found.set(address, { destinations, line });
  }
  return found;
}
