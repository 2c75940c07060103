/** Limits of sending and of logging in, from the names that requesters write to ours. Pure. */
import type { AccountSettings, SendingLimits } from '../../ledger/types.ts';

/** Of one client at one account. */
export interface LogInLimits {
  /** How many failures within `minutes` lock the client out; 0: none do. */
  failures: number;
  minutes: number;
}

export interface WrittenSendingLimits {
  'messages-per-hour'?: number;
  'messages-per-day'?: number;
  'recipients-per-hour'?: number;
  'recipients-per-day'?: number;
}

/** What every account may send that has no exception. */
export function sendingLimitsOf(written: Required<WrittenSendingLimits>): SendingLimits {
  return {
    messagesPerHour: written['messages-per-hour'],
    messagesPerDay: written['messages-per-day'],
    recipientsPerHour: written['recipients-per-hour'],
    recipientsPerDay: written['recipients-per-day'],
  };
}

/** Where one account differs; null where it does not. */
export function sendingExceptionsOf(
  written: WrittenSendingLimits | undefined,
): Partial<SendingLimits> | null {
  const exceptions: Partial<SendingLimits> = {};
  const set = (name: keyof SendingLimits, value: number | undefined) => {
    if (value !== undefined) exceptions[name] = value;
  };
  set('messagesPerHour', written?.['messages-per-hour']);
  set('messagesPerDay', written?.['messages-per-day']);
  set('recipientsPerHour', written?.['recipients-per-hour']);
  set('recipientsPerDay', written?.['recipients-per-day']);
  return Object.keys(exceptions).length === 0 ? null : exceptions;
}

/** What the instance sets for every account. */
export interface InstanceLimits {
  /** MiB. */
  mailboxSizeLimit: number;
  sendingLimits: SendingLimits;
}

/** What an account asked for, as far as the instance's own limits go: it may have less for itself, not more. */
export function withinLimits(settings: AccountSettings, instance: InstanceLimits): AccountSettings {
  const { mailboxSizeLimit, sendingLimits } = settings;
  const stricter = Object.entries(sendingLimits ?? {}).filter(([name, own]) => {
    const most = instance.sendingLimits[name as keyof SendingLimits];
    return most === 0 || (own !== 0 && own < most);
  });
  return {
    ...settings,
    mailboxSizeLimit:
      mailboxSizeLimit === null || mailboxSizeLimit >= instance.mailboxSizeLimit ? null : mailboxSizeLimit,
    sendingLimits: stricter.length === 0 ? null : Object.fromEntries(stricter),
  };
}
