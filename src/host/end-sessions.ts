/**
 * Ends the open IMAP and ManageSieve sessions of accounts that may not log in any more, or with another password only:
 * a session asks for it once.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mayLogIn } from '../ledger/holder-lines.ts';
import type { AccountRecord, Ledger } from '../ledger/types.ts';
import { runProgram } from './run-program.ts';
import { runningPid } from '../converge/write/notify-daemons.ts';

/** One file for each address: a run that is killed before it ended the session leaves it to the next. */
const notesFolder = 'var/run/ended';
/** Milliseconds for a Dovecot that does not answer. */
const patience = 10_000;

/** Addresses that one could log in to as their holder before and cannot now: suspended, released, reset, or another's. */
export function lockedOut(before: Ledger, after: Ledger): string[] {
  const keyOf = ({ address, holder }: AccountRecord) => `${address} ${holder}`;
  const isOpen = (account: AccountRecord) => mayLogIn(account) && account.password !== null;
  const open = new Set(after.accounts.filter(isOpen).map(keyOf));
  return before.accounts
    .filter((account) => isOpen(account) && !open.has(keyOf(account)))
    .map(({ address }) => address);
}

/** Before the ledger is written, so that a run that is killed after it is not the last to know. */
export async function noteEnded(partition: string, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  await mkdir(join(partition, notesFolder), { recursive: true, mode: 0o750 });
  for (const address of addresses) await writeFile(join(partition, notesFolder, address), '');
}

/**
 * When the ledger is written: ends the sessions of all noted addresses, or of one. Returns what came of it, for the log:
 * what failed is tried again by the next run.
 */
export async function endSessions(partition: string, only?: string): Promise<string[]> {
  const folder = join(partition, notesFolder);
  const noted = await readdir(folder).catch(() => []);
  const addresses = noted.filter((address) => only === undefined || address === only);
  // A Dovecot that does not run has no sessions.
  const isRunning =
    addresses.length > 0 && (await runningPid(partition, { pidFile: 'var/run/dovecot/master.pid' })) !== null;
  const ended: string[] = [];
  for (const address of addresses) {
    try {
      if (isRunning && (await endSession(partition, address))) ended.push(`sessions of ${address} ended`);
      await rm(join(folder, address), { force: true });
    } catch (error) {
      ended.push(`sessions of ${address} could not be ended: ${(error as Error).message}`);
    }
  }
  return ended;
}

/** Whether there were any: to end none is a failure for doveadm. */
async function endSession(partition: string, address: string): Promise<boolean> {
  const doveadm = join(partition, 'bin/doveadm');
  const sessions = await runProgram(doveadm, ['who', '-1', address], { timeout: patience });
  if (!sessions.includes(address)) return false;
  await runProgram(doveadm, ['kick', address], { timeout: patience });
  return true;
}
