/** Stage 4: asks the master for the other instances that the model needs, and reads their answers. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { OperatorError } from '../errors.ts';
import { changeLedger, type LedgerStore, readLedger } from '../ledger/store.ts';
import type { RequestRecord } from '../ledger/types.ts';
import type { Answers, RelationRequest } from '../model/answers.ts';
import { type Master, MasterRefusal } from '../slap/index.ts';

/**
 * Sends every request and gives back those that are no longer needed. `requestsWith` gives the requests when these answers
 * are known; those that the answers change are sent once more, since the others wait for what they say. An instance that is not there yet is missing from
 * the answers: the plan says what works without it. Where the master refuses a request, what the instance answered last
 * goes on, and the other requests are sent all the same. Throws OperatorError when the master is away.
 */
export async function relate(
  master: Master,
  requestsWith: (answers: Answers) => readonly RelationRequest[],
  store: LedgerStore,
  partition: { folder: string; id: string },
): Promise<Answers> {
  const { requested: before, answers: lastAnswers } = await readLedger(store);
  const requests = requestsWith(lastAnswers);
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
  const answered = new Map<string, Answers[string]>();
  const askFor = async (request: RelationRequest) => {
    const connection = await ask(master, request, lastAnswers);
    if (connection !== null) answered.set(request.name, connection);
  };
  for (const request of requests) await askFor(request);
  for (const request of requestsWith(Object.fromEntries(answered))) {
    const sent = requests.find(({ name }) => name === request.name);
    if (sent !== undefined && !isDeepStrictEqual(sent, request)) await askFor(request);
  }
  const answers = Object.fromEntries(answered);
  for (const [name, record] of obsolete) await giveBack(master, name, record);
  if (obsolete.length > 0) await rememberRequests(store, requested);
  if (!isDeepStrictEqual(answers, { ...lastAnswers })) {
    await changeLedger(store, (ledger) => ({ ledger: { ...ledger, answers }, result: undefined }));
  }
  await tellSlapgrid(partition, Object.keys(requested));
  return answers;
}

/** Null while there is no answer. */
async function ask(master: Master, request: RelationRequest, last: Answers): Promise<Answers[string] | null> {
  try {
    const answer = await master.request(request);
    return answer.state === 'ready' ? answer.connection : null;
  } catch (error) {
    if (!(error instanceof MasterRefusal)) throw error;
    const known = Object.hasOwn(last, request.name) ? (last[request.name] ?? null) : null;
    const rest = known === null ? 'it is left out' : 'what it answered last goes on';
    console.error(`request of ${request.name}: ${error.message}; ${rest}`);
    return known;
  }
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
