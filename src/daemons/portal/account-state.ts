/** What the pages say about an account. */
import type { AccountRecord } from '../../ledger/types.ts';

export const accountStates = ['waiting for password', 'active', 'suspended', 'released'] as const;
export type AccountState = (typeof accountStates)[number];

export function accountState({ state, password, settings }: AccountRecord): AccountState {
  if (state === 'released') return 'released';
  if (settings.suspended !== 'no') return 'suspended';
  return password === null ? 'waiting for password' : 'active';
}
