/** Counters since the start, and the text of Prometheus' exposition format (version 0.0.4). */
import type { Ledger } from '../../ledger/types.ts';
import { accountState, accountStates } from './account-state.ts';
import type { PromiseResult } from './facts/promise-results.ts';

const ways = ['token', 'current-password'] as const;
export type Way = (typeof ways)[number];
const failures = ['denied', 'refused', 'limited'] as const;
export type Failure = (typeof failures)[number];

export interface Metrics {
  countPassword(way: Way): void;
  countFailure(failure: Failure): void;
  countRequest(status: number): void;
  text(ledger: Ledger, promises: readonly PromiseResult[]): string;
}

export function newMetrics(): Metrics {
  const passwords = zeroes(ways);
  const failed = zeroes(failures);
  const requests = zeroes(['1xx', '2xx', '3xx', '4xx', '5xx']);
  return {
    countPassword: (way) => increase(passwords, way),
    countFailure: (failure) => increase(failed, failure),
    countRequest: (status) => increase(requests, `${Math.floor(status / 100)}xx`),
    text: (ledger, promises) => {
      const accounts = zeroes(accountStates.map(label));
      for (const account of ledger.accounts) increase(accounts, label(accountState(account)));
      const promised = zeroes(['ok', 'failed']);
      for (const { failed: broken } of promises) increase(promised, broken ? 'failed' : 'ok');
      return [
        family('slapos_mail_accounts', 'gauge', 'Accounts in the ledger.', 'state', accounts),
        family('slapos_mail_promises', 'gauge', 'Promises by their last result.', 'result', promised),
        family('slapos_mail_passwords_set_total', 'counter', 'Passwords set by users.', 'by', passwords),
        family('slapos_mail_portal_failures_total', 'counter', 'Attempts that failed.', 'reason', failed),
        family('slapos_mail_portal_requests_total', 'counter', 'Requests answered.', 'status', requests),
      ].join('');
    },
  };
}

function zeroes(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, 0]));
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function label(state: string): string {
  return state.replaceAll(' ', '-');
}

/** Label values are constants of this file and of account states, which hold nothing to escape. */
function family(name: string, type: string, help: string, key: string, counts: Map<string, number>): string {
  const samples = [...counts].map(([value, count]) => `${name}{${key}="${value}"} ${count}\n`).join('');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples}`;
}
