/**
 * Ends the open IMAP and ManageSieve sessions of accounts that may not log in any more, or with another password only:
 * a session asks for it once.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from './run-program.ts';
import { runningProcess } from './running-process.ts';

/** One file for each address: a run that is killed before it ended the session leaves it to the next. */
const notesFolder = 'var/run/ended';
const dovecotPidFile = 'var/run/dovecot/master.pid';
/** Accounts whose sessions are ended at the same time. */
const concurrency = 4;
/** Addresses that a sentence about failures names. */
const shownAddresses = 5;

export interface EndSessionsOptions {
  /** The only address that is meant; without it all that were noted are. */
  only?: string;
  /** Milliseconds for everything together, however many sessions there are and whether Dovecot answers; 20 s without it. */
  timeout?: number;
}

/** Of one account. An Error says why its sessions go on. */
type Outcome = 'had none' | 'ended' | Error;

/** Before the ledger is written: a run that is killed after it leaves the notes to the next. */
export async function noteEnded(partition: string, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  await mkdir(join(partition, notesFolder), { recursive: true, mode: 0o750 });
  for (const address of addresses) await writeFile(join(partition, notesFolder, address), '');
}

/**
 * When the ledger is written: ends the sessions of noted addresses. Returns what came of it, in sentences for the log.
 * What failed, or was not done in time, stays noted for the next run.
 */
export async function endSessions(
  partition: string,
  { only, timeout = 20_000 }: EndSessionsOptions = {},
): Promise<string[]> {
  const folder = join(partition, notesFolder);
  const noted = await readdir(folder).catch(() => []);
  const addresses = noted.filter((address) => only === undefined || address === only);
  if (addresses.length === 0) return [];
  const outcomes = await endSessionsOf(addresses, partition, timeout);
  for (const [address, outcome] of outcomes)
    if (!(outcome instanceof Error)) await rm(join(folder, address), { force: true });
  return sentencesAbout(outcomes);
}

async function endSessionsOf(
  addresses: readonly string[],
  partition: string,
  timeout: number,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>(addresses.map((address) => [address, 'had none']));
  // A Dovecot that does not run has no sessions.
  if ((await runningProcess(partition, dovecotPidFile)) === null) return outcomes;
  const deadline = Date.now() + timeout;
  const doveadm = async (...words: string[]): Promise<string> => {
    const left = deadline - Date.now();
    // To Node, a timeout of 0 is none.
    if (left <= 0) throw new Error(`there was no time left after ${timeout / 1000} s`);
    return runProgram(join(partition, 'bin/doveadm'), words, { timeout: left });
  };
  let users: Set<string>;
  try {
    users = usersIn(await doveadm('who', '-1'));
  } catch (error) {
    return new Map(addresses.map((address) => [address, error as Error]));
  }
  const waiting = addresses.filter((address) => users.has(address));
  const work = async (): Promise<void> => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      const failure = await doveadm('kick', address).then(
        () => null,
        (error: Error) => error,
      );
      outcomes.set(address, failure ?? 'ended');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return outcomes;
}

/** `doveadm who -1` prints a line for each session, which begins with the user. */
function usersIn(sessions: string): Set<string> {
  return new Set(sessions.split('\n').map((line) => line.replace(/\s.*$/, '')));
}

/** One for each account whose sessions ended, and one for each reason of a failure, whatever the number of accounts. */
function sentencesAbout(outcomes: ReadonlyMap<string, Outcome>): string[] {
  const sentences: string[] = [];
  const failed = new Map<string, string[]>();
  for (const [address, outcome] of outcomes) {
    if (outcome === 'ended') sentences.push(`sessions of ${address} ended`);
    if (outcome instanceof Error)
      failed.set(outcome.message, [...(failed.get(outcome.message) ?? []), address]);
  }
  for (const [reason, addresses] of failed) {
    const more = addresses.length - shownAddresses;
    const names = addresses.slice(0, shownAddresses).join(', ') + (more > 0 ? ` and ${more} more` : '');
    sentences.push(
      `sessions of ${names} could not be ended: ${reason}; the next processing of the partition tries again`,
    );
  }
  return sentences;
}
