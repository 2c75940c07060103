/**
 * Sets a password in the ledger, and ends the sessions that the old one opened. The slow hash is computed before the
 * ledger is locked, and the decision is made again inside the lock: of two requests with one token only one succeeds, and
 * what converge changed meanwhile is not lost.
 */
import { randomBytes } from 'node:crypto';

import { changeLedger, type LedgerStore, readLedger } from '../../ledger/store.ts';
import { hashToken, tokenMatches } from '../../ledger/token.ts';
import type { AccountRecord, Ledger } from '../../ledger/types.ts';
import { endSessions, noteEnded } from '../../host/end-sessions.ts';
import { hashPassword, passwordMatches } from './bcrypt.ts';
import { hashSpellings } from './password-spellings.ts';

/** `denied` never tells why: unknown address, no token, spent token and wrong token are one answer. */
export type Outcome = 'updated' | 'denied';

/** Where it happens, and what is told of sessions that ended or could not be ended. */
interface Place {
  store: LedgerStore;
  partition: string;
  log: (sentence: string) => void;
}

/** Milliseconds, for which a browser waits. Sessions that are not ended by then are left to the next processing. */
const sessionsTimeout = 5_000;

/** Matches no token; compared where an account has none, so that the work is the same. */
const decoyToken = hashToken(randomBytes(16).toString('hex'), randomBytes(16).toString('hex'));

/**
 * Sets `password` if `token` is the one that `user` (lower case) waits for, and spends it. Blanks around it may be the
 * token's own, which its requester chose, or have come with it from wherever a person copied it.
 */
export async function setPasswordByToken(
  portal: Place,
  { user, token, password }: { user: string; token: string; password: string },
): Promise<Outcome> {
  const tokenFits = (account: AccountRecord | undefined): account is AccountRecord =>
    [token, token.trim()].some((each) => tokenMatches(each, account?.token ?? decoyToken));
  if (!tokenFits(heldAccount(await readLedger(portal.store), user))) return 'denied';
  return replacePassword(portal, user, tokenFits, await hashesOf(password));
}

/** Sets `password` if `currentPassword` is the one that `user` (lower case) has. */
export async function changePassword(
  portal: Place,
  { user, currentPassword, password }: { user: string; currentPassword: string; password: string },
): Promise<Outcome> {
  const account = heldAccount(await readLedger(portal.store), user);
  // Built-in accounts have passwords that are published or kept in the ledger's secrets: nobody may change those here.
  // The owner of a suspended account may not log in, so neither change its password.
  const isOpen = account?.holder.startsWith('shared:') && account?.settings.suspended === 'no';
  const verified = isOpen ? (account?.password ?? null) : null;
  if (!(await passwordMatches(currentPassword, verified))) return 'denied';
  const isStillTheSame = ({ holder, password: now }: AccountRecord) =>
    holder === account?.holder && now === verified;
  return replacePassword(portal, user, isStillTheSame, await hashesOf(password));
}

type Hashes = Pick<AccountRecord, 'password' | 'spellings'>;

async function hashesOf(password: string): Promise<Hashes> {
  return { password: await hashPassword(password), spellings: await hashSpellings(password) };
}

async function replacePassword(
  { store, partition, log }: Place,
  user: string,
  mayChange: (account: AccountRecord) => boolean,
  hashes: Hashes,
): Promise<Outcome> {
  const outcome = await changeLedger<Outcome>(store, async (ledger) => {
    const account = heldAccount(ledger, user);
    if (!account || !mayChange(account)) return { ledger, result: 'denied' };
    if (account.password !== null) await noteEnded(partition, [user]);
    const changed: AccountRecord = { ...account, ...hashes, token: null };
    const accounts = ledger.accounts.map((other) => (other === account ? changed : other));
    return { ledger: { ...ledger, accounts }, result: 'updated' };
  });
  if (outcome === 'updated') {
    const options = { only: user, timeout: sessionsTimeout };
    for (const sentence of await endSessions(partition, options)) log(sentence);
  }
  return outcome;
}

function heldAccount(ledger: Ledger, user: string): AccountRecord | undefined {
  return ledger.accounts.find(({ address, state }) => state === 'held' && address === user);
}
