/** Whether an account's client may try to log in: Dovecot asks before each attempt, and reports the outcome after it. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { clientNetwork } from './client-network.ts';
import { durationOf } from './duration.ts';
import { type Attempt, logInAttempts } from './log-in-attempts.ts';
import type { LogInLimits } from './log-in-config.ts';

export interface AuthPolicyData {
  limits: () => Promise<LogInLimits>;
  /** Login name, lower case → its password's hash as Dovecot knows it; null for none. */
  passwords: () => Promise<ReadonlyMap<string, string | null>>;
  /** The account that a log-in name (lower case) stands for; itself where it stands for none. */
  accountName: (login: string) => Promise<string>;
  /** When they were read last; milliseconds since the epoch. */
  passwordsReadAt: () => number;
}

/** What Dovecot asks and reports. */
export interface Question {
  login: string;
  remote: string;
  /** Keyed hash of the password that is tried, cut to few bits; empty where Dovecot does not know it. */
  pwhash: string;
  success: boolean;
  /** Whether it failed because `allow` refused it. */
  policy_reject: boolean;
}

/** Dovecot's `status`: 0 lets the attempt go on, -1 refuses it with the message. */
export interface Verdict {
  status: 0 | -1;
  msg: string;
}

export interface AuthPolicy {
  /** Before an attempt. */
  allow(question: Question): Promise<Verdict>;
  /** After it. */
  report(question: Question): Promise<void>;
}

export const goOn: Verdict = { status: 0, msg: '' };

/**
 * Milliseconds after a change for which Dovecot may still use the old password: it looks at its file once a second. An
 * answer before that would let the right password fail, and count as a failure.
 */
const dovecotDelay = 1_050;

export function authPolicy(data: AuthPolicyData): AuthPolicy {
  const attempts = logInAttempts();
  const changes: Changes = new Map();
  const attemptOf = ({ name, digest }: Account, { remote, pwhash }: Question): Attempt => ({
    key: `${name} ${digest} ${clientNetwork(remote)}`,
    guess: pwhash,
  });
  return {
    async allow(question) {
      const limits = await data.limits();
      const account = await accountOf(question, data);
      if (account === null) return goOn;
      await delay(noteChange(changes, account, data.passwordsReadAt()) + dovecotDelay - Date.now());
      const outcome = await attempts.begin(attemptOf(account, question), limits);
      return outcome === 'allowed' ? goOn : refusal(outcome);
    },
    async report(question) {
      if (question.policy_reject) return;
      const limits = await data.limits();
      const account = await accountOf(question, data);
      if (account === null) return;
      await attempts.end(attemptOf(account, question), question.success ? 'success' : 'failure', limits);
    },
  };
}

function refusal(wait: number): Verdict {
  return { status: -1, msg: `too many failed log-ins from your address; try again in ${durationOf(wait)}` };
}

/**
 * Whose failures count together: those of one client at one account with one password, so that a new password
 * starts at none. Null for names that have no account: made-up names must not cost memory.
 */
async function accountOf(
  { login, remote }: Question,
  { passwords, accountName }: AuthPolicyData,
): Promise<Account | null> {
  const name = await accountName(login.toLowerCase());
  const password = (await passwords()).get(name);
  if (password === undefined || remote === '') return null;
  return {
    name,
    digest: createHash('sha256')
      .update(password ?? '')
      .digest('base64url')
      .slice(0, 16),
  };
}

interface Account {
  name: string;
  /** Of the password's hash. */
  digest: string;
}

/** Account → its password as it was last seen, and when it was seen to be new. */
type Changes = Map<string, { digest: string; since: number }>;

/** When the password became what it is, as far as is known: for an account not asked about yet, when the file was read. */
function noteChange(changes: Changes, { name, digest }: Account, readAt: number): number {
  const known = changes.get(name);
  if (known?.digest === digest) return known.since;
  const since = known === undefined ? readAt : Date.now();
  changes.set(name, { digest, since });
  return since;
}
