/** Stage 7: sends what the ledger's outbox holds, and remembers what the master has. */
import { OperatorError } from '../errors.ts';
import { changeLedger, type LedgerStore, readLedger } from '../ledger/store.ts';
import type { Publication } from '../ledger/types.ts';
import { type Master, MasterRefusal } from '../slap/index.ts';

/** Publications sent between two writes of the ledger; after a crash at most so many are sent twice. */
const batchSize = 200;

/** So many refusals in a row, and the master is taken to refuse everything. */
const refusalsInARow = 10;

/**
 * How many were sent. A publication that the master refuses keeps none behind it waiting. Throws OperatorError when the
 * master fails or refused any; what was not sent waits for the next run.
 */
export async function publishOutbox(
  master: Master,
  store: LedgerStore,
  onProgress: (sent: number, all: number) => void,
): Promise<number> {
  const { outbox } = await readLedger(store);
  const waiting = Object.entries(outbox);
  const refusals: MasterRefusal[] = [];
  let inARow = 0;
  const isTaken = async (target: string, publication: Publication): Promise<boolean> => {
    try {
      await publishOne(master, target, publication);
      inARow = 0;
      return true;
    } catch (error) {
      if (!(error instanceof MasterRefusal)) throw error;
      refusals.push(error);
      inARow += 1;
      if (inARow >= refusalsInARow) throw refused(refusals);
      return false;
    }
  };
  for (let start = 0; start < waiting.length; start += batchSize) {
    const sent: [string, Publication][] = [];
    try {
      for (const [target, publication] of waiting.slice(start, start + batchSize)) {
        if (await isTaken(target, publication)) sent.push([target, publication]);
      }
    } finally {
      await remember(store, sent);
    }
    onProgress(Math.min(start + batchSize, waiting.length) - refusals.length, waiting.length);
  }
  if (refusals.length > 0) throw refused(refusals);
  return waiting.length;
}

/** The first says it all; how many more there are stands before it: masters keep the end of an error. */
function refused(refusals: readonly MasterRefusal[]): OperatorError {
  const [first] = refusals;
  const others = refusals.length > 1 ? `${refusals.length} publications wait; of the first: ` : '';
  return new OperatorError(`${others}${first?.message ?? ''}`, { cause: first });
}

async function publishOne(master: Master, target: string, { parameters, error }: Publication): Promise<void> {
  if (target === '') return master.publish(parameters);
  await master.publish(parameters, target);
  if (error !== undefined) await master.reportError(error, target);
}

async function remember(store: LedgerStore, sent: readonly [string, Publication][]): Promise<void> {
  if (sent.length === 0) return;
  await changeLedger(store, (ledger) => {
    const received = new Map(sent.map(([target, { digest }]) => [target, digest]));
    const published = { ...ledger.published, ...Object.fromEntries(received) };
    const outbox = Object.fromEntries(
      Object.entries(ledger.outbox).filter(([target, { digest }]) => received.get(target) !== digest),
    );
    return { ledger: { ...ledger, outbox, published }, result: undefined };
  });
}
