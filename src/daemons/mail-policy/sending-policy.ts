/** Sending limits as Postfix asks for them, and who was refused, for the operator's promise. */
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';

import type { SendingLimits } from '../../ledger/types.ts';
import { durationOf } from '../kit/duration.ts';
import type { Attributes } from '../kit/policy-server.ts';
import { writeFileAtomically } from '../../host/write-file.ts';
import { refusalsFile } from './config.ts';
import { amountOf, type Attempt, type Excess, sendingCounts, spanOf } from './sending-counts.ts';

export interface SendingPolicy {
  /** One connection of Postfix, which has one message at a time. */
  session(): SendingSession;
  /** Counts a message of a filter script; why it has to wait, null when it need not. */
  countScript(account: string, recipients: readonly string[]): Promise<string | null>;
  /** Writes counts and refusals if there are new ones. */
  save(): Promise<void>;
}

export interface SendingSession {
  /**
   * Postfix action (access(5)) for one recipient of somebody who is logged in, or for the end of the message. A recipient
   * is only reserved until the end of the message.
   */
  answer(attributes: Attributes): Promise<string>;
  /** Gives back what was reserved for a message that did not come. */
  end(): void;
}

/** Account → its last refusal, for the promise `sending_limits`. */
type Refusals = Record<string, { at: number; limit: string }>;

export const countsFile = 'sending-counts.json';
/** Milliseconds that a refusal is remembered, at least as long as the promise shows it. */
const rememberedFor = 3_600_000;

export interface Senders {
  limits(account: string): Promise<SendingLimits>;
  /** How many addresses mail to this one goes to: an alias counts for all that it leads to. */
  endsOf(recipient: string): Promise<number>;
  /** Whether it may still log in: a connection of SMTP outlives a suspension. */
  mayLogIn(account: string): Promise<boolean>;
  /** Whether the headers of a message of it are being read. Postfix goes on without the milter where that fails. */
  isRead(account: string): boolean;
}

/** `folder` keeps what must outlive the process. */
export async function sendingPolicy(
  folder: string,
  { limits, endsOf, mayLogIn, isRead }: Senders,
): Promise<SendingPolicy> {
  const counts = sendingCounts();
  counts.restore(await readJson(join(folder, countsFile)));
  let refusals = asRefusals(await readJson(join(folder, refusalsFile)));
  const unsaved = { counts: false, refusals: false };

  const refusal = (account: string, excess: Excess): string => {
    refusals = {
      ...recent(refusals),
      [account]: { at: Math.round(Date.now() / 1000), limit: amountOf(excess) },
    };
    unsaved.refusals = true;
    if (excess.asked > excess.allowed) {
      return `550 5.7.1 this address leads to ${excess.asked} others, more than ${account} may send to (${excess.allowed} within ${spanOf(excess)})`;
    }
    return `450 4.7.1 you have sent ${amountOf(excess)}, which is the limit of ${account}; try again in ${durationOf(excess.wait)}`;
  };
  const session = (): SendingSession => {
    let current: Attempt | null = null;
    let isOver = false;
    const giveBack = (): void => {
      if (current !== null) counts.release(current);
      current = null;
    };
    return {
      end() {
        isOver = true;
        giveBack();
      },
      async answer(attributes) {
        const account = attributes('sasl_username').toLowerCase();
        if (account === '') return 'DUNNO';
        const attempt = { account, message: attributes('instance') };
        if (current?.message !== attempt.message) giveBack();
        if (!(await mayLogIn(account))) return `REJECT 5.7.1 ${account} may not log in any more`;
        if (attributes('protocol_state') === 'END-OF-MESSAGE') {
          if (!isRead(account)) {
            giveBack();
            return '451 4.3.0 the headers of this message cannot be checked; try again later';
          }
          current = null;
          counts.take(attempt, Number(attributes('recipient_count')));
          unsaved.counts = true;
          return 'DUNNO';
        }
        const [allowed, ends] = [await limits(account), await endsOf(attributes('recipient'))];
        // Nobody would give back what a closed connection reserves.
        if (isOver) return 'DUNNO';
        current = attempt;
        const excess = counts.reserve(attempt, ends, allowed);
        return excess === null ? 'DUNNO' : refusal(account, excess);
      },
    };
  };
  return {
    session,
    // Filter scripts of a suspended account still send: they need no log-in, and a refusal would bounce the mail that they forward.
    async countScript(account, recipients) {
      let ends = 0;
      for (const recipient of recipients) ends += await endsOf(recipient);
      const excess = counts.add(account, ends, await limits(account));
      if (excess !== null) return refusal(account, excess);
      unsaved.counts = true;
      return null;
    },
    async save() {
      const { counts: newCounts, refusals: newRefusals } = unsaved;
      Object.assign(unsaved, { counts: false, refusals: false });
      if (newCounts) await write(join(folder, countsFile), counts.dump());
      if (newRefusals) await write(join(folder, refusalsFile), refusals);
    },
  };
}

/** A disk that is full must not keep people from sending. */
async function write(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value)}\n`, 0o600).catch((error: Error) => {
    console.error(error.message);
  });
}

/** Null where there is none yet; one that cannot be read is as good as none, and said. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      console.error(`${path}: ${(error as Error).message}; counting begins anew`);
    return null;
  }
}

function asRefusals(value: unknown): Refusals {
  return typeof value === 'object' && value !== null ? (value as Refusals) : {};
}

function recent(refusals: Refusals): Refusals {
  const since = (Date.now() - rememberedFor) / 1000;
  return Object.fromEntries(Object.entries(refusals).filter(([, { at }]) => at > since));
}
