/**
 * bcrypt, one computation after another: they share one thread, and between two of them other requests are answered. When
 * too many wait, more are refused, so that a flood of passwords does not stop the other pages.
 */
import { randomBytes } from 'node:crypto';

import bcrypt from 'bcryptjs';

const cost = 10;
const maxQueueLength = 32;
const scheme = '{BLF-CRYPT}';

/** Thrown when too many computations wait; the same request works a few seconds later. */
export class BusyError extends Error {
  override name = 'BusyError';
}

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();
let decoy: Promise<string> | null = null;

/** Hash as Dovecot reads it: `{BLF-CRYPT}$2b$10$…` (about 0.1 s). Throws BusyError. */
export async function hashPassword(password: string): Promise<string> {
  return `${scheme}${await inTurn(() => bcrypt.hash(password, cost))}`;
}

/** Whether `password` is the one of `hash`; null, or another scheme, takes as long as a wrong password. */
export async function passwordMatches(password: string, hash: string | null): Promise<boolean> {
  decoy ??= bcrypt.hash(randomBytes(16).toString('hex'), cost);
  const known = hash?.startsWith(scheme) ? hash.slice(scheme.length) : null;
  const compared = known ?? (await decoy);
  return (await inTurn(() => bcrypt.compare(password, compared))) && known !== null;
}

function inTurn<Result>(compute: () => Promise<Result>): Promise<Result> {
  if (waiting >= maxQueueLength) throw new BusyError('too many passwords are being checked; try again soon');
  waiting += 1;
  const turn = last.then(compute).finally(() => {
    waiting -= 1;
  });
  last = turn.catch(() => undefined);
  return turn;
}
