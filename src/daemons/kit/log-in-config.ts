/** What a policy process has to know to limit the log-ins to a Dovecot: a piece of its configuration. Pure. */
import { absolutePath, amount, objectOf } from './json-codec.ts';

export interface LogInConfig {
  /** Where Dovecot asks about log-ins. */
  logInSocket: string;
  logInLimits: LogInLimits;
  /** Dovecot's passwd-file. */
  users: string;
}

/** Of one client at one account: `failures` within `minutes` lock it out; 0: none do. */
export interface LogInLimits {
  failures: number;
  minutes: number;
}

export const logInCodecs = {
  logInSocket: absolutePath,
  logInLimits: objectOf<LogInLimits>({ failures: amount, minutes: amount }),
  users: absolutePath,
};
