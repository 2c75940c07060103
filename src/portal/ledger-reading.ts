/** Reading the ledger beside its writers, and what the pages say about an account. */
import { type LedgerStore, readLedger } from '../ledger/store.ts';
import type { AccountRecord, Ledger } from '../ledger/types.ts';

/**
 * The ledger as it is. Tried twice: a generation that is being read goes away when two changes overtake the reader.
 * Throws OperatorError when it really cannot be read.
 */
export function readLedgerPatiently(store: LedgerStore): Promise<Ledger> {
  return readLedger(store).catch(() => readLedger(store));
}

export const accountStates = ['waiting for password', 'active', 'released'] as const;
export type AccountState = (typeof accountStates)[number];

export function accountState({ state, password }: AccountRecord): AccountState {
  if (state === 'released') return 'released';
  return password === null ? 'waiting for password' : 'active';
}
