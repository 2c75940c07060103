/** Stage 4: asks the master for the other instances that the model needs, and reads their answers. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import { changeLedger, type LedgerStore, readLedger } from '../ledger/store.ts';
import type { RequestRecord } from '../ledger/types.ts';
import type { Answers, RelationRequest } from '../model/answers.ts';
import type { Master } from '../slap/index.ts';

/**
 * Sends every request and gives back those that are no longer needed. An instance that is not there yet, or that
 * refuses, is missing from the answers: the plan says what works without it.
 */
export async function relate(
  master: Master,
  requests: readonly RelationRequest[],
  store: LedgerStore,
  partition: { folder: string; id: string },
): Promise<Answers> {
  const { requested: before } = await readLedger(store);
  const requested = Object.fromEntries(
    requests.map(({ name, softwareUrl, softwareType, shared }): [string, RequestRecord] => [
      name,
      { softwareUrl, softwareType, shared },
    ]),
  );
  // A node may be called `constructor`, which every object has.
  const obsolete = Object.entries(before).filter(([name]) => !Object.hasOwn(requested, name));
  // Remembered before it is asked for, so that nothing that was ever asked for is forgotten.
  if (Object.entries(requested).some(([name, record]) => !isSame(record, before, name))) {
    await rememberRequests(store, { ...before, ...requested });
  }
  const answers: [string, Answers[string]][] = [];
  for (const request of requests) {
    const answer = await master.request(request);
    if (answer.state === 'ready') answers.push([request.name, answer.connection]);
  }
  for (const [name, record] of obsolete) await giveBack(master, name, record);
  if (obsolete.length > 0) await rememberRequests(store, requested);
  await tellSlapgrid(partition, Object.keys(requested));
  return Object.fromEntries(answers);
}

function isSame(
  { softwareUrl, softwareType, shared }: RequestRecord,
  before: Readonly<Record<string, RequestRecord>>,
  name: string,
): boolean {
  const known = Object.hasOwn(before, name) ? before[name] : undefined;
  return known?.softwareUrl === softwareUrl && known.softwareType === softwareType && known.shared === shared;
}

async function giveBack(master: Master, name: string, record: RequestRecord): Promise<void> {
  try {
    await master.request({ ...record, name, parameters: {}, state: 'destroyed' });
  } catch (error) {
    // A master may answer with an error about what it never had; slapgrid's list tells it as well.
    if (!(error instanceof OperatorError)) throw error;
    console.error(`giving back ${name}: ${error.message}`);
  }
}

async function rememberRequests(store: LedgerStore, requested: Record<string, RequestRecord>): Promise<void> {
  await changeLedger(store, (ledger) => ({ ledger: { ...ledger, requested }, result: undefined }));
}

/**
 * slapgrid tells the master, after each success, which instances the partition requested, and the master destroys the
 * others. It reads them from this file, which the Python library writes when it is the one that requests.
 */
async function tellSlapgrid(
  partition: { folder: string; id: string },
  names: readonly string[],
): Promise<void> {
  const path = join(partition.folder, `.slapos-request-transaction-${partition.id}`);
  await appendFile(path, names.map((name) => `${name}\n`).join(''));
}
