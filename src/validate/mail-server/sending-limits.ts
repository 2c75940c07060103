/** Sending limits as the ledger holds them, from the names that requesters write. Pure. */
import type { AccountInput } from '../../generated/types/mail-server/account-input.ts';
import type { DefaultInput } from '../../generated/types/mail-server/default-input.ts';
import type { SendingLimits } from '../../ledger/types.ts';

/** What every account may send, unless an exception is made for it. */
export function sendingLimitsOf(written: DefaultInput['sending-limits']): SendingLimits {
  return {
    messagesPerHour: written['messages-per-hour'],
    messagesPerDay: written['messages-per-day'],
    recipientsPerHour: written['recipients-per-hour'],
    recipientsPerDay: written['recipients-per-day'],
  };
}

/** The limits of one account that differ from those of all; null when none does. */
export function sendingExceptionsOf(written: AccountInput['sending-limits']): Partial<SendingLimits> | null {
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
