/**
 * Failed log-ins of one client at one account. What counts is different passwords: a program that repeats an old one makes
 * one guess, however often it tries. A guess holds a place until its outcome is known: counted only afterwards, a burst of
 * parallel guesses would slip through; counted before, a client that opens many connections at once with the right
 * password would be taken for a guesser.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';

import type { LogInLimits } from './log-in-config.ts';

/** One attempt: whose failures it counts with, and what was tried. */
export interface Attempt {
  key: string;
  /** Keyed hash of the password; empty if it is not known, which makes each attempt a guess of its own. */
  guess: string;
}

export interface LogInAttempts {
  /**
   * Whether one more attempt is allowed, or how many milliseconds to wait. While only guesses without outcome are in the
   * way it waits for those, up to a timeout.
   */
  begin(attempt: Attempt, limits: LogInLimits): Promise<'allowed' | number>;
  end(attempt: Attempt, outcome: 'success' | 'failure', limits: LogInLimits): Promise<void>;
}

export interface AttemptTimeouts {
  /** Milliseconds to wait for outcomes; less than Dovecot waits for an answer (dovecot.conf). */
  wait: number;
  /** Milliseconds after which an attempt without outcome is given up. */
  attempt: number;
}

/** Wrong guesses that are remembered for each key, the latest ones: a limit may be a billion. */
const maxRemembered = 100;

export function logInAttempts(timeouts: AttemptTimeouts = { wait: 5_000, attempt: 60_000 }): LogInAttempts {
  const failures = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 600, keyPrefix: '' });
  const wrong = wrongGuesses();
  /** Key → one timer for each attempt without outcome. */
  const open = new Map<string, OpenAttempt[]>();
  const waiting = new Set<() => void>();

  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const close = (key: string, attempt: OpenAttempt | undefined): void => {
    clearTimeout(attempt?.timer);
    const left = (open.get(key) ?? []).filter((each) => each !== attempt);
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
    async begin({ key, guess }, limits) {
      if (limits.failures === 0) return 'allowed';
      const end = Date.now() + timeouts.wait;
      for (;;) {
        const { consumedPoints: failed = 0, msBeforeNext = 0 } = (await failures.get(key)) ?? {};
        if (failed >= limits.failures) return msBeforeNext;
        const attempts = open.get(key) ?? [];
        if (wrong.has(key, guess) || placesOf([...attempts, { guess }]) + failed <= limits.failures) {
          const attempt: OpenAttempt = {
            guess,
            timer: setTimeout(() => close(key, attempt), timeouts.attempt),
          };
          attempt.timer.unref();
          open.set(key, [...attempts, attempt]);
          return 'allowed';
        }
        const left = end - Date.now();
        if (left <= 0) return timeouts.wait;
        await nextChange(left);
      }
    },
    async end({ key, guess }, outcome, limits) {
      if (outcome === 'failure' && limits.failures > 0 && !wrong.has(key, guess)) {
        const duration = limits.minutes * 60;
        // Noted before anything is awaited: of attempts that end together with one password, one counts.
        wrong.add(key, guess, Date.now() + duration * 1000);
        await failures.consume(key, 1, { customDuration: duration });
      }
      const attempts = open.get(key) ?? [];
      close(key, attempts.find((each) => each.guess === guess) ?? attempts[0]);
    },
  };
}

interface OpenAttempt {
  guess: string;
  timer: NodeJS.Timeout;
}

/** Different guesses among the attempts. */
function placesOf(attempts: readonly Pick<OpenAttempt, 'guess'>[]): number {
  const known = attempts.filter(({ guess }) => guess !== '');
  return new Set(known.map(({ guess }) => guess)).size + attempts.length - known.length;
}

/** Guesses that failed, for as long as their failures count. */
function wrongGuesses() {
  /** Key → guess → when it is forgotten, milliseconds since the epoch. */
  const remembered = new Map<string, Map<string, number>>();
  let lastSweep = Date.now();
  const sweep = (now: number): void => {
    if (now - lastSweep < 60_000) return;
    lastSweep = now;
    for (const [key, guesses] of remembered) {
      for (const [guess, until] of guesses) if (until <= now) guesses.delete(guess);
      if (guesses.size === 0) remembered.delete(key);
    }
  };
  return {
    has: (key: string, guess: string): boolean => (remembered.get(key)?.get(guess) ?? 0) > Date.now(),
    add(key: string, guess: string, until: number): void {
      sweep(Date.now());
      if (guess === '') return;
      const guesses = remembered.get(key) ?? new Map<string, number>();
      remembered.set(key, guesses.set(guess, until));
      for (const oldest of guesses.keys()) {
        if (guesses.size <= maxRemembered) break;
        guesses.delete(oldest);
      }
    },
  };
}
