/** Claims: what valid requests ask for, by kind. Pure. */
import type { AccountSettings, Holder } from '../../ledger/types.ts';

export interface AccountClaim {
  kind: 'account';
  holder: Holder;
  address: string;
  /** The `reset-token` parameter. */
  resetToken: string | null;
  settings: AccountSettings;
  /** Other addresses of the account. */
  aliases: readonly string[];
  /** As in AccountRecord. */
  forward: readonly string[];
  /** The password of a built-in account, set when the account is created; null for shared instances. */
  builtinPassword: string | null;
}

export interface AliasClaim {
  kind: 'alias';
  holder: Holder;
  address: string;
  destinations: readonly string[];
}

export type Claim = AccountClaim | AliasClaim;

export interface Claims {
  /** In the master's order, then those of built-in accounts. */
  claims: readonly Claim[];
  /** Holders of invalid requests: they keep what they hold. */
  invalid: readonly Holder[];
}

/** The claim if it is for an account with a mailbox; else null. */
export function accountIn(claim: Claim): AccountClaim | null {
  switch (claim.kind) {
    case 'account':
      return claim;
    case 'alias':
      return null;
  }
}

export interface ClaimedAlias {
  address: string;
  destinations: readonly string[];
  /** Whether earlier destinations remain in force until the claimed ones are accepted. */
  keepsEarlier: boolean;
}

/** The addresses without a mailbox that the claim asks for. */
export function claimedAliases(claim: Claim): ClaimedAlias[] {
  switch (claim.kind) {
    case 'account':
      // Its mail must never go on to another account that the same holder had before.
      return claim.aliases.map((address) => ({
        address,
        destinations: [claim.address],
        keepsEarlier: false,
      }));
    case 'alias':
      return [{ address: claim.address, destinations: claim.destinations, keepsEarlier: true }];
  }
}
