/** Stage 7, after everything else: sends what the ledger's outbox holds, and remembers what the master has. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError, shown } from '../errors.ts';
import { writeFileAtomically } from '../host/write-file.ts';
import { isSameDigest, type PublicationDigest } from '../ledger/publication-digest.ts';
import { changeLedger, type LedgerStore, ledgerStore, readLedger } from '../ledger/store.ts';
import type { Publication } from '../ledger/types.ts';
import { type Master, MasterRefusal } from '../slap/index.ts';

/** Publications sent between two writes of the ledger; after a crash at most so many are sent twice. */
const batchSize = 200;

/** Milliseconds of refusals in a row after which the rest waits for the next run. */
const refusalTimeout = 60_000;

/** Why publications wait, relative to the partition: a promise shows it. Not there when none waits. */
const reasonFile = 'var/unpublished';

export interface PublishOptions {
  onProgress: (sent: number, all: number) => void;
  /** Milliseconds since some fixed time. */
  clock?: () => number;
}

/** As publishOutbox, with the reason of a failure left where the promise `publications-sent` finds it. */
export async function publishPartition(
  partition: string,
  master: Master,
  options: PublishOptions,
): Promise<number> {
  const path = join(partition, reasonFile);
  try {
    const sent = await publishOutbox(master, ledgerStore(partition), options);
    await rm(path, { force: true });
    return sent;
  } catch (error) {
    if (error instanceof OperatorError) await writeFileAtomically(path, `${error.message}\n`, 0o600);
    throw error;
  }
}

/**
 * How many were sent. A publication that the master refuses keeps none behind it waiting, in this run or, where the
 * master takes long over each, in the next: those that were refused least often come first. Throws OperatorError when
 * the master fails or refused any; what was not sent waits.
 */
export async function publishOutbox(
  master: Master,
  store: LedgerStore,
  { onProgress, clock = () => performance.now() }: PublishOptions,
): Promise<number> {
  const { outbox } = await readLedger(store);
  const waiting = inTurn(Object.entries(outbox));
  const refusals: MasterRefusal[] = [];
  let lastSuccess = clock();
  for (let start = 0; start < waiting.length; start += batchSize) {
    const sent: Sent[] = [];
    const refused: Sent[] = [];
    try {
      for (const entry of waiting.slice(start, start + batchSize)) {
        const refusal = await publishOne(master, ...entry);
        if (refusal === null) {
          sent.push(entry);
          lastSuccess = clock();
          continue;
        }
        refusals.push(refusal);
        refused.push(entry);
        if (clock() - lastSuccess >= refusalTimeout) throw summary(refusals);
      }
    } finally {
      await remember(store, sent, refused);
    }
    onProgress(Math.min(start + batchSize, waiting.length) - refusals.length, waiting.length);
  }
  if (refusals.length > 0) throw summary(refusals);
  return waiting.length;
}

type Sent = [target: string, publication: Publication];

/** Those that were refused least often first, so that each gets its turn. */
function inTurn(waiting: readonly Sent[]): Sent[] {
  return [...waiting].sort(([, left], [, right]) => (left.refusals ?? 0) - (right.refusals ?? 0));
}

/** The first says it all; how many more there are stands before it: masters keep the end of an error. */
function summary(refusals: readonly MasterRefusal[]): OperatorError {
  const [first] = refusals;
  const others = refusals.length > 1 ? `${refusals.length} publications wait; of the first: ` : '';
  return new OperatorError(`${others}${first?.message ?? ''}`, { cause: first });
}

/** The master's refusal, or null when it took it. */
async function publishOne(
  master: Master,
  target: string,
  { parameters, error }: Publication,
): Promise<MasterRefusal | null> {
  try {
    if (target === '') await master.publish(parameters);
    else await master.publish(parameters, target);
    if (target !== '' && error !== undefined) await master.reportError(error, target);
    return null;
  } catch (failure) {
    if (failure instanceof MasterRefusal) return failure;
    if (failure instanceof OperatorError) throw failure;
    // What this program fails at is one publication: the others go on.
    const purpose = target === '' ? 'the instance' : `the shared instance ${shown(target)}`;
    return new MasterRefusal(
      `publication to ${purpose}: ${String(failure)}, which is a fault of slapos-mail; report it`,
      { cause: failure },
    );
  }
}

async function remember(store: LedgerStore, sent: readonly Sent[], refused: readonly Sent[]): Promise<void> {
  if (sent.length + refused.length === 0) return;
  const received = new Map(sent.map(([target, { digest }]) => [target, digest]));
  const counted = new Map(refused.map(([target, { digest }]) => [target, digest]));
  const isIn = (digests: ReadonlyMap<string, PublicationDigest>, target: string, now: PublicationDigest) => {
    const digest = digests.get(target);
    return digest !== undefined && isSameDigest(digest, now);
  };
  await changeLedger(store, (ledger) => ({
    ledger: {
      ...ledger,
      published: { ...ledger.published, ...Object.fromEntries(received) },
      outbox: Object.fromEntries(
        Object.entries(ledger.outbox).flatMap(([target, publication]): Sent[] => {
          const { digest, refusals = 0 } = publication;
          // What converge put in its place meanwhile is another publication.
          if (isIn(received, target, digest)) return [];
          if (!isIn(counted, target, digest)) return [[target, publication]];
          return [[target, { ...publication, refusals: refusals + 1 }]];
        }),
      ),
    },
    result: undefined,
  }));
}
