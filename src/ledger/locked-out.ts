/** Whom a change of the ledger locks out. Pure. */
import { mayLogIn } from './holder-lines.ts';
import type { AccountRecord, Ledger } from './types.ts';

/** Addresses that one could log in to as their holder before and cannot now: suspended, released, reset, or another's. */
export function lockedOut(before: Ledger, after: Ledger): string[] {
  const keyOf = ({ address, holder }: AccountRecord) => `${address} ${holder}`;
  const isOpen = (account: AccountRecord) => mayLogIn(account) && account.password !== null;
  const open = new Set(after.accounts.filter(isOpen).map(keyOf));
  return before.accounts
    .filter((account) => isOpen(account) && !open.has(keyOf(account)))
    .map(({ address }) => address);
}
