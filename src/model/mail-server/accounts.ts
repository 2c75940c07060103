/** One account: its set-up token, its password and the folder of its mail. Pure. */
import { hash } from 'node:crypto';

import { hashToken, tokenMatches } from '../../ledger/token.ts';
import { type AccountRecord, type Holder, usualSettings } from '../../ledger/types.ts';
import type { AccountClaim } from './claims.ts';
import { hashPassword } from '../password.ts';
import { saltFrom, uuidFrom } from '../seed.ts';

/** bcrypt's cost (log2) for passwords of built-in accounts; people's passwords are hashed by the portal. */
const builtinRounds = 8;

/** The record of a claimed account, and its set-up token where that is known in clear. */
export function grantAccount(
  claim: AccountClaim,
  existing: AccountRecord | undefined,
  seed: Uint8Array,
): { record: AccountRecord; freshToken: string | null } {
  const { address, holder, resetToken } = claim;
  const purpose = `${address} ${holder}`;
  // Most accounts have not changed: a salt is derived only where a hash is needed.
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
    const reset = { password: null, spellings: [], token: hashed, resetToken: hashed };
    return { record: { ...held, ...reset }, freshToken: resetToken };
  }
  if (held.password === null && held.token === null) {
    const token = uuidFrom(seed, purpose);
    return { record: { ...held, token: hashToken(token, salt()) }, freshToken: token };
  }
  // A token that the request still contains and that is waiting to be used is known in clear.
  const known = resetToken !== null && held.token !== null && tokenMatches(resetToken, held.token);
  return { record: held, freshToken: known ? resetToken : null };
}

function newRecord(address: string, holder: Holder): AccountRecord {
  const mailbox = mailboxFolder(address, holder);
  const nothing = { password: null, spellings: [], token: null, resetToken: null, forward: [] };
  return { address, holder, state: 'held', mailbox, ...nothing, settings: usualSettings };
}

/** A new token for an account whose token is waiting to be used but known only as a hash. */
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
  // Without a dash if nothing readable is left: programs take a name that begins with one for an option.
  const folder = readable === '' ? digest : `${readable}-${digest}`;
  return `${address.slice(at + 1)}/${address.slice(0, at)}/${folder}`;
}
