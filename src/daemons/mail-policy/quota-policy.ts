/** Whether there is room where a recipient ends. Postfix asks before it expands addresses, and Dovecot knows mailboxes only. */
import { withoutTag } from '../../names/tag.ts';
import { askPolicy } from '../kit/ask-policy.ts';
import type { Attributes } from '../kit/policy-protocol.ts';

export interface QuotaPolicy {
  /** Unix socket of Dovecot's quota-status, which speaks the same protocol. */
  socket: string;
  /** What separates a name from a tag; empty: nothing does. */
  delimiter: string;
  /** Every address, `@domain` for a catch-all → where it ends. */
  recipients: ReadonlyMap<string, readonly string[]>;
}

/** Milliseconds; Postfix waits for ten seconds. */
const patience = 5_000;
const unknown = 'DEFER_IF_PERMIT 4.3.0 mailboxes cannot be asked for room; try again later';

/**
 * Postfix action (access(5)): Dovecot's refusal where all mailboxes that a recipient ends in are full. While one has
 * room the message is taken, and those that are full bounce it.
 */
export async function answerQuota(attributes: Attributes, policy: QuotaPolicy): Promise<string> {
  // As Postfix resolves it: a dot at the end of a domain means nothing.
  const recipient = attributes('recipient').replace(/\.$/, '');
  const dovecot = { socket: policy.socket, patience };
  let answer = 'DUNNO';
  try {
    for (const mailbox of endsOf(recipient.toLowerCase(), policy) ?? [recipient]) {
      answer = await askPolicy(dovecot, { recipient: mailbox, size: attributes('size') });
      if (answer === 'DUNNO') break;
    }
    return answer;
  } catch (error) {
    console.error(`${policy.socket}: ${(error as Error).message}`);
    return unknown;
  }
}

/** As Postfix finds it: an exact address before one without its tag before a catch-all. */
function endsOf(recipient: string, { recipients, delimiter }: QuotaPolicy): readonly string[] | undefined {
  const plain = withoutTag(recipient, delimiter);
  return (
    recipients.get(recipient) ??
    (plain === null ? undefined : recipients.get(plain)) ??
    recipients.get(recipient.slice(recipient.lastIndexOf('@')))
  );
}

/** Of the table's source (postmap(1)), as it is planned: `key end, end…`, one a line. */
export function recipientsOf(table: string): QuotaPolicy['recipients'] {
  return new Map(
    table.split('\n').flatMap((line): [string, string[]][] => {
      const [key, ...ends] = line.split(/,? /);
      return key === undefined || ends.length === 0 ? [] : [[key, ends]];
    }),
  );
}
