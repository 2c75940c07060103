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

/** The address that gets a mailbox; null if none does. */
export function mailboxAddress(claim: Claim): string | null {
  switch (claim.kind) {
    case 'account':
      return claim.address;
    case 'alias':
      return null;
  }
}

/** Other addresses of an account, each granted or refused by itself. */
export function otherAddresses(claim: Claim): readonly string[] {
  switch (claim.kind) {
    case 'account':
      return claim.aliases;
    case 'alias':
      return [];
  }
}

/** Where the mailbox's mail is to be forwarded; null if the claim is not for a mailbox. */
export function wantedForward(claim: Claim): readonly string[] | null {
  switch (claim.kind) {
    case 'account':
      return claim.forward;
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
