/**
 * What each account sent within the last hour and day, and whether it may send one more. A message counts when it is taken.
 * Until then its recipients are reserved, or many messages begun at once would all be within the limit.
 */
import type { SendingLimits } from '../../ledger/types.ts';

export interface Attempt {
  /** Login name, lower case. */
  account: string;
  /** Postfix' `instance`: the same for all recipients of one message. */
  message: string;
}

/** A limit that was reached. */
export interface Excess {
  limit: keyof SendingLimits;
  allowed: number;
  /** How many were sent; with those that are asked for they are more than is allowed. */
  sent: number;
  /** How many are asked for. */
  asked: number;
  /** Milliseconds until the next one may be sent. */
  wait: number;
}

export interface SendingCounts {
  /** Counts one message to so many recipients. When that is too much nothing is counted. */
  add(account: string, recipients: number, limits: SendingLimits): Excess | null;
  /** Counts so many more recipients of a message, for as long as it may still be taken, and the message with its first one. */
  reserve(attempt: Attempt, recipients: number, limits: SendingLimits): Excess | null;
  /** The message was taken, for those that were reserved; `recipients`: as many at least. */
  take(attempt: Attempt, recipients: number): void;
  /** The message was not taken: what was reserved for it is given back. */
  release(attempt: Attempt): void;
  /** For `restore`, as JSON. */
  dump(): unknown;
  /** Takes the counts of a `dump`; anything else is passed over. */
  restore(dumped: unknown): void;
}

/**
 * What was sent within one twelfth of a span. All of it counts until its last message is a
 * span old. So no hour or day, whenever it begins, sees more than the limit; a refusal lasts up to a twelfth too long.
 */
interface Slot {
  /** Time of the last recipient, milliseconds since the epoch. */
  last: number;
  messages: number;
  recipients: number;
}

const slotsPerSpan = 12;
const spans = { Hour: 3_600_000, Day: 86_400_000 } as const;
type Span = keyof typeof spans;
const spanNames = ['Hour', 'Day'] as const;
const nouns = ['messages', 'recipients'] as const;

/** `clock`: milliseconds since the epoch. */
export function sendingCounts(clock: () => number = Date.now): SendingCounts {
  /** Account → what it sent, oldest first. */
  const counts: Readonly<Record<Span, Map<string, Slot[]>>> = { Hour: new Map(), Day: new Map() };
  /** Account → message that may still be taken → its recipients so far. */
  const reserved = new Map<string, Map<string, number>>();

  function slotsOf(span: Span, account: string, now: number): Slot[] {
    const slots = (counts[span].get(account) ?? []).filter(({ last }) => last + spans[span] > now);
    // When the clock was ahead and is put right, times in the future must not lock anybody out.
    for (const slot of slots) slot.last = Math.min(slot.last, now);
    return slots;
  }

  function excessOf(
    account: string,
    limits: SendingLimits,
    { isBegun, recipients, now }: { isBegun: boolean; recipients: number; now: number },
  ) {
    const open = [...(reserved.get(account)?.values() ?? [])];
    const waiting = { messages: open.length, recipients: open.reduce((sum, each) => sum + each, 0) };
    const found = spanNames.flatMap((span) => {
      const slots = slotsOf(span, account, now);
      return nouns.flatMap((noun): Excess[] => {
        const limit = `${noun}Per${span}` as const;
        const allowed = limits[limit];
        const sent = slots.reduce((sum, slot) => sum + slot[noun], waiting[noun]);
        const asked = noun === 'recipients' ? recipients : isBegun ? 0 : 1;
        if (allowed === 0 || asked === 0 || sent + asked <= allowed) return [];
        let left = sent;
        const enough = slots.find((slot) => (left -= slot[noun]) + asked <= allowed);
        // Where only what is being sent is in the way, that ends soon.
        const wait = enough === undefined ? 0 : enough.last + spans[span] - now;
        return [{ limit, allowed, sent, asked, wait }];
      });
    });
    return found.sort((left, right) => right.wait - left.wait)[0] ?? null;
  }

  function count(
    span: Span,
    account: string,
    { messages, recipients, now }: { messages: number; recipients: number; now: number },
  ): void {
    const slots = slotsOf(span, account, now);
    const slotOf = (time: number) => Math.floor((time * slotsPerSpan) / spans[span]);
    const latest = slots.at(-1);
    const slot =
      latest && slotOf(latest.last) === slotOf(now) ? latest : { last: now, messages: 0, recipients: 0 };
    if (slot !== latest) slots.push(slot);
    slot.last = now;
    slot.messages += messages;
    slot.recipients += recipients;
    counts[span].set(account, slots);
  }

  function release({ account, message }: Attempt): void {
    const open = reserved.get(account);
    open?.delete(message);
    if (open?.size === 0) reserved.delete(account);
  }

  return {
    add(account, recipients, limits) {
      const now = clock();
      const excess = excessOf(account, limits, { isBegun: false, recipients, now });
      if (excess !== null) return excess;
      for (const span of spanNames) count(span, account, { messages: 1, recipients, now });
      return null;
    },
    reserve({ account, message }, recipients, limits) {
      const open = reserved.get(account) ?? new Map<string, number>();
      const before = open.get(message) ?? 0;
      const excess = excessOf(account, limits, { isBegun: before > 0, recipients, now: clock() });
      if (excess === null) reserved.set(account, open.set(message, before + recipients));
      return excess;
    },
    take(attempt, recipients) {
      const held = reserved.get(attempt.account)?.get(attempt.message) ?? 0;
      release(attempt);
      const sent = { messages: 1, recipients: Math.max(recipients, held), now: clock() };
      for (const span of spanNames) count(span, attempt.account, sent);
    },
    release,
    dump() {
      const now = clock();
      return Object.fromEntries(
        spanNames.map((span) => {
          for (const account of counts[span].keys())
            if (slotsOf(span, account, now).length === 0) counts[span].delete(account);
          return [span, [...counts[span]]];
        }),
      );
    },
    restore(dumped) {
      for (const span of spanNames)
        for (const [account, slots] of entriesOf(dumped, span)) counts[span].set(account, slots);
    },
  };
}

function entriesOf(dumped: unknown, span: Span): [string, Slot[]][] {
  const entries: unknown = (dumped as Readonly<Record<string, unknown>> | null)?.[span];
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function isEntry(entry: unknown): entry is [string, Slot[]] {
  if (!Array.isArray(entry)) return false;
  const [account, slots] = entry as unknown[];
  return typeof account === 'string' && Array.isArray(slots) && slots.every(isSlot);
}

function isSlot(slot: unknown): slot is Slot {
  const { last, messages, recipients } = (slot ?? {}) as Record<string, unknown>;
  return [last, messages, recipients].every(Number.isFinite);
}

/** What somebody has sent: `500 messages within an hour`, `to 500 recipients within a day`. */
export function amountOf({ limit, sent }: Pick<Excess, 'limit' | 'sent'>): string {
  const noun = limit.startsWith('messages') ? 'message' : 'recipient';
  return `${noun === 'recipient' ? 'to ' : ''}${sent} ${noun}${sent === 1 ? '' : 's'} within ${spanOf({ limit })}`;
}

export function spanOf({ limit }: Pick<Excess, 'limit'>): string {
  return limit.endsWith('PerHour') ? 'an hour' : 'a day';
}
