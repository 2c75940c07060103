/**
 * Who holds which address: the requests of this run against the ledger's records. Holders of before keep what they
 * have, then first come, first served. Pure.
 */
import { createHash } from 'node:crypto';

import { hashToken, tokenMatches } from '../../ledger/token.ts';
import { type AccountRecord, type AccountSettings, type Holder, usualSettings } from '../../ledger/types.ts';
import { hashPassword } from '../password.ts';
import { saltFrom, uuidFrom } from '../seed.ts';

export interface AccountClaim {
  holder: Holder;
  address: string;
  /** The `reset-token` parameter. */
  resetToken: string | null;
  settings: AccountSettings;
  /** Password of an account of our own, set when the account is made; null for shared instances. */
  builtinPassword: string | null;
}

export interface Claims {
  /** In the master's order; accounts of our own last. */
  claims: readonly AccountClaim[];
  /** Holders whose request is there but invalid: they keep what they hold. */
  invalid: readonly Holder[];
}

export type ClaimOutcome =
  | { holder: Holder; accepted: true; record: AccountRecord; freshToken: string | null }
  | { holder: Holder; accepted: false; address: string; error: string };

export interface DecidedAccounts {
  /** Every record there ever was, with its new state. */
  records: AccountRecord[];
  outcomes: ClaimOutcome[];
}

/** Cost of a set-up made password of ours; people's passwords are hashed by the portal. */
const builtinRounds = 8;

export function decideAccounts(
  { claims, invalid }: Claims,
  before: readonly AccountRecord[],
  seed: Uint8Array,
): DecidedAccounts {
  const wanted = new Map(claims.map((claim) => [claim.holder, claim.address]));
  const keepsAnyway = new Set(invalid);
  const sharedAddresses = new Set(
    claims.filter(({ holder }) => isShared(holder)).map(({ address }) => address),
  );
  const records = new Map(before.map((record) => [key(record), record]));
  const holders = new Map<string, Holder>();

  for (const record of before.filter(({ state }) => state === 'held')) {
    const stays = isShared(record.holder)
      ? keepsAnyway.has(record.holder) || wanted.get(record.holder) === record.address
      : wanted.get(record.holder) === record.address && !sharedAddresses.has(record.address);
    if (stays) holders.set(record.address, record.holder);
    else records.set(key(record), { ...record, state: 'released' });
  }

  const refused: AccountClaim[] = [];
  const decide = (claim: AccountClaim): ClaimOutcome[] => {
    const holder = holders.get(claim.address);
    if (holder !== undefined && holder !== claim.holder) {
      refused.push(claim);
      return [refusal(claim)];
    }
    holders.set(claim.address, claim.holder);
    const { record, freshToken } = grant(claim, records.get(key(claim)), seed);
    records.set(key(record), record);
    return [{ holder: claim.holder, accepted: true, record, freshToken }];
  };
  const shared = claims.filter(({ holder }) => isShared(holder)).flatMap(decide);
  takeBack(refused, before, holders, records);
  // Accounts of our own come last: they are nobody's loss.
  const builtin = claims.filter(({ holder }) => !isShared(holder)).flatMap(decide);
  return { records: [...records.values()], outcomes: [...shared, ...builtin] };
}

/** Someone who asked for another address and did not get it keeps the old one, unless it is another's by now. */
function takeBack(
  refused: readonly AccountClaim[],
  before: readonly AccountRecord[],
  holders: Map<string, Holder>,
  records: Map<string, AccountRecord>,
): void {
  const losers = new Set(refused.map(({ holder }) => holder).filter(isShared));
  for (const record of before) {
    if (record.state !== 'held' || !losers.has(record.holder) || holders.has(record.address)) continue;
    holders.set(record.address, record.holder);
    records.set(key(record), record);
  }
}

function grant(
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
    const hash = hashToken(resetToken, salt());
    return { record: { ...held, password: null, token: hash, resetToken: hash }, freshToken: resetToken };
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
  const nothing = { password: null, token: null, resetToken: null, settings: usualSettings };
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

function refusal({ holder, address }: AccountClaim): ClaimOutcome {
  const error = `address_already_used: ${address} is held by another request; choose another address`;
  return { holder, accepted: false, address, error };
}

/** Folder of one holder's mail for one address: readable, safe as a path, and different for every pair. */
export function mailboxFolder(address: string, holder: Holder): string {
  const at = address.lastIndexOf('@');
  const readable = holder
    .replace(/^[a-z]+:/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(-40)
    .replace(/^[.-]+/, '');
  const digest = createHash('sha256').update(holder).digest('hex').slice(0, 8);
  // No dash where nothing readable is left: a name that begins with one reads as an option.
  const folder = readable === '' ? digest : `${readable}-${digest}`;
  return `${address.slice(at + 1)}/${address.slice(0, at)}/${folder}`;
}

function isShared(holder: Holder): boolean {
  return holder.startsWith('shared:');
}

function key({ address, holder }: { address: string; holder: Holder }): string {
  return `${address} ${holder}`;
}
