/** What an account may use: its own limits within those of the instance. Pure. */
import type { AccountSettings, SendingLimits } from '../../ledger/types.ts';

/** For the log-ins of one client to one account. */
export interface LogInLimits {
  /** Number of failures within `minutes` after which the client is locked out; 0: never. */
  failures: number;
  minutes: number;
}

/** For the Sieve scripts of each account. */
export interface FilterLimits {
  scripts: number;
  /** KiB, of each. */
  scriptSize: number;
}

/** What the instance sets for every account. */
export interface InstanceLimits {
  /** MiB. */
  mailboxSizeLimit: number;
  sendingLimits: SendingLimits;
}

/** The settings without limits that exceed the instance's: an account may ask for less, not for more. */
export function withinLimits(settings: AccountSettings, instance: InstanceLimits): AccountSettings {
  const { mailboxSizeLimit, sendingLimits } = settings;
  const stricter = Object.entries(sendingLimits ?? {}).filter(([name, own]) => {
    const max = instance.sendingLimits[name as keyof SendingLimits];
    return max === 0 || (own !== 0 && own < max);
  });
  return {
    ...settings,
    mailboxSizeLimit:
      mailboxSizeLimit === null || mailboxSizeLimit >= instance.mailboxSizeLimit ? null : mailboxSizeLimit,
    sendingLimits: stricter.length === 0 ? null : Object.fromEntries(stricter),
  };
}
