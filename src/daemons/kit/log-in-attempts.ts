/**
 * Failed log-ins of one client at one account. An attempt holds a place until its outcome is known: counted only
 * afterwards, a burst of parallel guesses would slip through; counted before, a client that opens many connections at
 * once with the right password would be taken for a guesser.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';

import type { LogInLimits } from './log-in-config.ts';

export interface LogInAttempts {
  /**
   * Whether one more attempt is allowed, or how many milliseconds to wait. While only attempts without outcome are in the
   * way it waits for those, up to a timeout.
   */
  begin(key: string, limits: LogInLimits): Promise<'allowed' | number>;
  end(key: string, outcome: 'success' | 'failure', limits: LogInLimits): Promise<void>;
}

export interface AttemptTimeouts {
  /** Milliseconds to wait for outcomes; less than Dovecot waits for an answer (dovecot.conf). */
  wait: number;
  /** Milliseconds after which an attempt without outcome is given up. */
  attempt: number;
}

export function logInAttempts(timeouts: AttemptTimeouts = { wait: 5_000, attempt: 60_000 }): LogInAttempts {
  const failures = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 600, keyPrefix: '' });
  /** Key → one timer for each attempt without outcome. */
  const open = new Map<string, NodeJS.Timeout[]>();
  const waiting = new Set<() => void>();

  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const close = (key: string, timer: NodeJS.Timeout | undefined): void => {
    clearTimeout(timer);
    const left = (open.get(key) ?? []).filter((each) => each !== timer);
    if (left.length === 0) open.delete(key);
    else open.set(key, left);
    wake();
  };
  const nextChange = (timeout: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      waiting.add(done);
    });

  return {
    async begin(key, limits) {
      if (limits.failures === 0) return 'allowed';
      const end = Date.now() + timeouts.wait;
      for (;;) {
        const { consumedPoints: failed = 0, msBeforeNext = 0 } = (await failures.get(key)) ?? {};
        if (failed >= limits.failures) return msBeforeNext;
        const attempts = open.get(key) ?? [];
        if (failed + attempts.length < limits.failures) {
          const timer = setTimeout(() => close(key, timer), timeouts.attempt);
          timer.unref();
          open.set(key, [...attempts, timer]);
          return 'allowed';
        }
        const left = end - Date.now();
        if (left <= 0) return timeouts.wait;
        await nextChange(left);
      }
    },
    async end(key, outcome, limits) {
      if (outcome === 'failure' && limits.failures > 0)
        await failures.consume(key, 1, { customDuration: limits.minutes * 60 });
      close(key, open.get(key)?.[0]);
    },
  };
}
