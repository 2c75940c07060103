/**
 * What an account's filter script sends (redirect, vacation, notify, reject): who is the sender, whose name it bears, and
 * whether it may leave now. It counts as sent by the account, and its sender is the account or nobody, whatever the script
 * says: whoever steals a password could otherwise send as anybody, and without limits.
 */
import { type AuthorPolicy, mayUse } from './author-policy.ts';
import { authorAddresses } from './author-addresses.ts';

export interface ScriptMail {
  /** Log-in name, lower case. */
  account: string;
  /** By the headers that Dovecot wrote: `redirect`, `vacation`, `rejected`, `notification`, or `other`. */
  kind: string;
  /** As Dovecot gives it to sendmail(1). */
  sender: string;
  recipients: readonly string[];
  /** From headers of the message, in one line; empty for a message that is only passed on. */
  from: string;
}

/** A lookup table of questions as parseScriptMail reads them. Throws for what Dovecot never asks: that waits. */
export function scriptLookup(current: () => Promise<ScriptPolicy>) {
  return async (key: string): Promise<string> => {
    const mail = parseScriptMail(key);
    if (mail === null)
      throw new Error('what a script sends is asked about as ACCOUNT KIND SENDER RECIPIENT… -- FROM');
    return serialiseDecision(await decideScriptMail(mail, await current()));
  };
}

/** What the program does: its exit code, and with 0 the envelope sender and the address for From; null leaves From. */
export type ScriptDecision =
  { code: 0; sender: string; from: string | null } | { code: 75 | 77; reason: string };

/** `ACCOUNT KIND SENDER RECIPIENT… -- FROM`. Null for what Dovecot never asks. */
export function parseScriptMail(key: string): ScriptMail | null {
  const [, words = '', from = ''] = /^(.*?) --(?: (.*))?$/s.exec(key) ?? [];
  const [account = '', kind = '', sender = '', ...recipients] = words.split(' ');
  if (!account.includes('@') || recipients.length === 0) return null;
  return { account: account.toLowerCase(), kind, sender, recipients, from };
}

function serialiseDecision(decision: ScriptDecision): string {
  if (decision.code !== 0) return `${decision.code} - ${decision.reason}`;
  return `0 ${decision.sender} ${decision.from ?? '-'}`;
}

export interface ScriptPolicy extends AuthorPolicy {
  /** Accounts that send nothing. */
  receiveOnly: ReadonlySet<string>;
  /** Counts the message; why it has to wait, null when it need not. */
  count: (account: string, recipients: readonly string[]) => Promise<string | null>;
}

export async function decideScriptMail(mail: ScriptMail, policy: ScriptPolicy): Promise<ScriptDecision> {
  const { account, kind, sender, recipients } = mail;
  if (policy.receiveOnly.has(account)) return { code: 77, reason: `${account} is there to receive only` };
  const reason = await policy.count(account, recipients);
  if (reason !== null) {
    return { code: 75, reason: `a script of ${account} may not send to ${recipients.join(', ')}: ${reason}` };
  }
  switch (kind) {
    // The account answers for it; only a bounce stays one.
    case 'redirect':
      return { code: 0, sender: sender === '<>' ? sender : account, from: null };
    // Dovecot writes the text and From of these.
    case 'rejected':
      return { code: 0, sender: '<>', from: null };
    // Dovecot gives the address that the message was written to as the sender, and the account's in From.
    case 'vacation':
      return {
        code: 0,
        sender: '<>',
        from: authorOf(mail, policy, mail.from.trim().toLowerCase() === `<${account}>`),
      };
    // Nothing answers a notification, and nothing of it comes back.
    default:
      return { code: 0, sender: '<>', from: authorOf(mail, policy, false) };
  }
}

/** Null where the From header may stay. `isUnsaid`: the script named nobody, and the sender is the address that was written to. */
function authorOf(
  { account, sender, from }: ScriptMail,
  policy: AuthorPolicy,
  isUnsaid: boolean,
): string | null {
  if (isUnsaid) return sender === '<>' ? account : sender;
  const [author, ...more] = authorAddresses(from) ?? [];
  if (author !== undefined && more.length === 0 && mayUse(author, account, policy)) return null;
  return mayUse(sender, account, policy) ? sender : account;
}
