/** What becomes of one account: set-up token, password, and the folder of its mail. Pure. */
import { hash } from 'node:crypto';

import { hashToken, tokenMatches } from '../../ledger/token.ts';
import { type AccountRecord, type AccountSettings, type Holder, usualSettings } from '../../ledger/types.ts';
import { hashPassword } from '../password.ts';
import { saltFrom, uuidFrom } from '../seed.ts';

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
  /** Password of an account of our own, set when the account is made; null for shared instances. */
  builtinPassword: string | null;
}

/** Cost of a set-up made password of ours; people's passwords are hashed by the portal. */
const builtinRounds = 8;

/** The record of an account that was granted, and its token where that is known in clear. */
export function grantAccount(
  claim: AccountClaim,
  existing: AccountRecord | undefined,
  seed: Uint8Array,
): { record: AccountRecord; freshToken: string | null } {
  const { address, holder, resetToken } = claim;
  const purpose = `${address} ${holder}`;
  // Most accounts are as they were: what takes a hash is made only for those that need it.
  const salt = () => saltFrom(seed, purpose);
  const held: AccountRecord = {
    ...(existing ?? newRecord(address, holder)),
    state: 'held',
    settings: claim.settings,
  };
  if (claim.builtinPassword !== null) {
    const password = held.password ?? hashPassword(claim.builtinPassword, salt(), builtinRounds);
    return { record: { ...held, password }, freshToken: null };
  }
  const isNewResetToken =
    resetToken !== null && (held.resetToken === null || !tokenMatches(resetToken, held.resetToken));
  if (isNewResetToken) {
    const hashed = hashToken(resetToken, salt());
    return { record: { ...held, password: null, token: hashed, resetToken: hashed }, freshToken: resetToken };
  }
  if (held.password === null && held.token === null) {
    const token = uuidFrom(seed, purpose);
    return { record: { ...held, token: hashToken(token, salt()) }, freshToken: token };
  }
  // The requester still says the value that is waiting to be used, so it is known in clear.
  const known = resetToken !== null && held.token !== null && tokenMatches(resetToken, held.token);
  return { record: held, freshToken: known ? resetToken : null };
}

function newRecord(address: string, holder: Holder): AccountRecord {
  const mailbox = mailboxFolder(address, holder);
  const nothing = { password: null, token: null, resetToken: null, settings: usualSettings, forward: [] };
  return { address, holder, state: 'held', mailbox, ...nothing };
}

/** A new token for an account that waits for one and whose token nobody knows in clear any more. */
export function renewToken(
  record: AccountRecord,
  seed: Uint8Array,
): { record: AccountRecord; freshToken: string } {
  const purpose = `renewed ${record.address} ${record.holder}`;
  const freshToken = uuidFrom(seed, purpose);
  return { record: { ...record, token: hashToken(freshToken, saltFrom(seed, purpose)) }, freshToken };
}

/** Folder of one holder's mail for one address: readable, safe as a path, and different for every pair. */
export function mailboxFolder(address: string, holder: Holder): string {
  const at = address.lastIndexOf('@');
  const readable = holder
    .replace(/^[a-z]+:/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(-40)
    .replace(/^[.-]+/, '');
  const digest = hash('sha256', holder, 'hex').slice(0, 8);
  // No dash where nothing readable is left: a name that begins with one reads as an option.
  const folder = readable === '' ? digest : `${readable}-${digest}`;
  return `${address.slice(at + 1)}/${address.slice(0, at)}/${folder}`;
}
