/** What each account sent within the last hour and day, and whether it may send one more. */
import { RateLimiterMemory } from 'rate-limiter-flexible';

import type { SendingLimits } from '../ledger/types.ts';

export interface Attempt {
  /** Login name, lower case. */
  account: string;
  /** Postfix' `instance`: the same for all recipients of one message. */
  message: string;
}

/** A limit that was reached. */
export interface Excess {
  limit: keyof SendingLimits;
  /** How many were sent, which is the most that may. */
  sent: number;
  /** Milliseconds until the next one may be sent. */
  wait: number;
}

export interface SendingCounts {
  /** Counts one more recipient, and the message with its first one. When one is too many nothing is counted. */
  add(attempt: Attempt, limits: SendingLimits): Promise<Excess | null>;
  /** For `restore`, as JSON. */
  dump(): unknown;
  /** Takes the counts of a `dump` that have not run out meanwhile; anything else is passed over. */
  restore(dumped: unknown): void;
}

const hour = 3600;
const seconds: Readonly<Record<keyof SendingLimits, number>> = {
  messagesPerHour: hour,
  messagesPerDay: 24 * hour,
  recipientsPerHour: hour,
  recipientsPerDay: 24 * hour,
};
const limitNames = Object.keys(seconds) as (keyof SendingLimits)[];

/** Messages whose other recipients may still come; thousands of clients would have to be in the middle of one. */
const mostMessages = 10_000;

export function sendingCounts(): SendingCounts {
  // Limits differ by account and may change while a count runs: the counters know none.
  const counters = new Map(
    limitNames.map((name) => [
      name,
      new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: seconds[name], keyPrefix: '' }),
    ]),
  );
  const counterOf = (name: keyof SendingLimits): RateLimiterMemory => {
    const counter = counters.get(name);
    if (counter === undefined) throw new Error(`no counter for ${name}`);
    return counter;
  };
  const begun = new Set<string>();

  async function decide({ account, message }: Attempt, limits: SendingLimits): Promise<Excess | null> {
    const key = `${account} ${message}`;
    const names = limitNames.filter((name) => name.startsWith('recipients') || !begun.has(key));
    const counts = await Promise.all(
      names.map(async (name) => {
        const { consumedPoints, msBeforeNext } = await counterOf(name).consume(account);
        return { limit: name, sent: consumedPoints - 1, wait: msBeforeNext };
      }),
    );
    const [excess] = counts
      .filter(({ limit, sent }) => limits[limit] > 0 && sent >= limits[limit])
      .sort((left, right) => right.wait - left.wait);
    if (excess === undefined) {
      begun.add(key);
      for (const oldest of begun) {
        if (begun.size <= mostMessages) break;
        begun.delete(oldest);
      }
      return null;
    }
    await Promise.all(names.map((name) => counterOf(name).reward(account)));
    return excess;
  }

  // One after the other: what one question counts for a moment must not refuse another.
  let deciding: Promise<unknown> = Promise.resolve();
  return {
    add(attempt, limits) {
      const decision = deciding.then(() => decide(attempt, limits));
      deciding = decision.catch(() => undefined);
      return decision;
    },
    dump: () => Object.fromEntries(limitNames.map((name) => [name, counterOf(name).dump()])),
    restore(dumped) {
      if (typeof dumped !== 'object' || dumped === null) return;
      for (const [name, dump] of Object.entries(dumped))
        counters.get(name as keyof SendingLimits)?.restore(dump as ReturnType<RateLimiterMemory['dump']>);
    },
  };
}

/** `500 messages within an hour`. */
export function amountOf({ limit, sent }: Pick<Excess, 'limit' | 'sent'>): string {
  const noun = limit.startsWith('messages') ? 'message' : 'recipient';
  return `${sent} ${noun}${sent === 1 ? '' : 's'} within ${limit.endsWith('PerHour') ? 'an hour' : 'a day'}`;
}

/** `23 minutes`, rounded up. */
export function durationOf(milliseconds: number): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000));
  const [count, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.ceil(minutes / 60), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
