/** What an account may use: its own limits within those of the instance. Pure. */
import type { AccountSettings, SendingLimits } from '../../ledger/types.ts';

/** Of one client at one account. */
export interface LogInLimits {
  /** How many failures within `minutes` lock the client out; 0: none do. */
  failures: number;
  minutes: number;
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
