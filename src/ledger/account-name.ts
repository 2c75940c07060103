/** The account behind the name that somebody logs in with. Pure. */
import type { AccountRecord, Ledger } from './types.ts';

/** The held account with this address or this other address (lower case); not behind an alias that is a request of its own. */
export function accountNamed(
  { accounts, aliases }: Pick<Ledger, 'accounts' | 'aliases'>,
  name: string,
): AccountRecord | undefined {
  const held = accounts.filter(({ state }) => state === 'held');
  const own = held.find(({ address }) => address === name);
  if (own !== undefined) return own;
  const holder = aliases.find(({ address }) => address === name)?.holder;
  return holder === undefined ? undefined : held.find((account) => account.holder === holder);
}
