/**
 * `aliases`: where addresses lead, as requested, in the text of a Postfix virtual alias table (virtual(5)). A line is an
 * alias', or the forward of an account; one that keeps a copy names the account itself first.
 */
import { byText, oneWord } from '../formats/one-word.ts';
import { type Fail, numbered } from './lines.ts';
import type { AccountRecord, AliasRecord, Forward } from './types.ts';

export function serialiseAliases(
  aliases: readonly AliasRecord[],
  accounts: readonly AccountRecord[],
): string {
  const word = (text: string) => oneWord(text, 'the ledger');
  const line = (address: string, destinations: readonly string[]) =>
    `${word(address)} ${destinations.map(word).join(', ')}\n`;
  return [
    ...aliases.flatMap(({ address, destinations }) =>
      destinations.length === 0 ? [] : [line(address, destinations)],
    ),
    ...accounts.flatMap(({ address, forward }) =>
      forward === null
        ? []
        : [line(address, [...(forward.keepCopy ? [address] : []), ...forward.destinations])],
    ),
  ]
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

/** What a line of an account means. */
export function forwardOf(address: string, destinations: readonly string[], fail: Fail): Forward {
  const others = destinations.filter((each) => each !== address);
  if (others.length === 0) fail(`forwards ${address} to itself alone; name another destination`);
  return { destinations: others, keepCopy: others.length < destinations.length };
}
