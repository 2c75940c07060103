/** Stage 7: sends what the ledger's outbox holds, and remembers what the master has. */
import { changeLedger, type LedgerStore, readLedger } from './ledger/store.ts';
import type { Publication } from './ledger/types.ts';
import type { Master } from './slap/index.ts';

/** Publications sent between two writes of the ledger; after a crash at most so many are sent twice. */
const batchSize = 200;

/** How many were sent. Throws OperatorError when the master fails; what was not sent waits for the next run. */
export async function publishOutbox(
  master: Master,
  store: LedgerStore,
  onProgress: (sent: number, all: number) => void,
): Promise<number> {
  const { outbox } = await readLedger(store);
  const waiting = Object.entries(outbox);
  for (let start = 0; start < waiting.length; start += batchSize) {
    const sent: [string, Publication][] = [];
    try {
      for (const [target, publication] of waiting.slice(start, start + batchSize)) {
        await publishOne(master, target, publication);
        sent.push([target, publication]);
      }
    } finally {
      await remember(store, sent);
    }
    onProgress(Math.min(start + batchSize, waiting.length), waiting.length);
  }
  return waiting.length;
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
