/** What is requested of a mail server, as the model takes it. */
import { type Holder, usualSettings } from '../../src/ledger/types.ts';
import type { AccountClaim } from '../../src/model/mail-server/claims.ts';

/** An account of a shared instance for which nothing but its address is said, or `more`. */
export function accountClaim(
  holder: Holder,
  address: string,
  more: Partial<AccountClaim> = {},
): AccountClaim {
  return {
    kind: 'account',
    holder,
    address,
    resetToken: null,
    settings: usualSettings,
    aliases: [],
    forward: [],
    builtinPassword: null,
    ...more,
  };
}
