/**
 * Whether what an account's filter script sends (redirect, vacation, reject, notify) may leave. It counts as sent by the
 * account: whoever steals a password could otherwise send by scripts without limits.
 */
import { randomUUID } from 'node:crypto';

import { askPolicy } from '../kit/policy-client.ts';

/** Tells such a question from one about somebody who is logged in. */
export const scriptContext = 'script';

export interface ScriptMail {
  /** Login name. */
  account: string;
  /** As Dovecot calls sendmail(1): `-i -f SENDER -- RECIPIENT…`. */
  sendmailArguments: readonly string[];
}

/** Milliseconds; Postfix waits as long for those who log in. */
const timeout = 10_000;

/** Why it may not leave now, for a log; null if it may. `socket`: of the policy process. */
export async function reasonToWait(
  socket: string,
  { account, sendmailArguments }: ScriptMail,
): Promise<string | null> {
  const separator = sendmailArguments.indexOf('--');
  const recipients = separator === -1 ? [] : sendmailArguments.slice(separator + 1);
  // Dovecot names both; a call without them cannot be counted for any account.
  if (!account.includes('@') || recipients.length === 0)
    return `${account || 'no account'}: no recipients after --; run it as Dovecot does: ACCOUNT -i -f SENDER -- RECIPIENT…`;
  const instance = randomUUID();
  try {
    for (const recipient of recipients) {
      const question = { policy_context: scriptContext, sasl_username: account, recipient, instance };
      const action = await askPolicy({ socket, timeout }, question);
      if (action !== 'DUNNO') return `a script of ${account} may not send to ${recipient}: ${action}`;
    }
    return null;
  } catch (error) {
    return `a script of ${account} may not send: sending limits cannot be checked: ${(error as Error).message}`;
  }
}
