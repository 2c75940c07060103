/** Whether there is room where a recipient ends. Postfix asks before it expands addresses, and Dovecot knows mailboxes only. */
import { type LookupTable, parseAddresses } from '../../formats/postfix-table.ts';
import { withoutTag } from '../../names/tag.ts';
import { askPolicy } from '../kit/policy-client.ts';
import type { Attributes } from '../kit/policy-server.ts';

export interface QuotaPolicy {
  /** Unix socket of Dovecot's quota-status, which speaks the same protocol. */
  socket: string;
  /** What separates a name from a tag; empty: nothing does. */
  delimiter: string;
  /** Postfix' table: every address, `@domain` for a catch-all → the addresses where it ends. */
  recipients: LookupTable;
}

/** Milliseconds; Postfix waits for ten seconds. */
const timeout = 5_000;
const unknown = 'DEFER_IF_PERMIT 4.3.0 mailboxes cannot be asked for room; try again later';

/**
 * Postfix action (access(5)): Dovecot's refusal when all mailboxes of a recipient are full. While one of them has
 * room the message is accepted, and the full ones bounce it.
 */
export async function answerQuota(attributes: Attributes, policy: QuotaPolicy): Promise<string> {
  // As Postfix resolves it: a dot at the end of a domain means nothing.
  const recipient = attributes('recipient').replace(/\.$/, '');
  const dovecot = { socket: policy.socket, timeout };
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
function endsOf(recipient: string, { recipients, delimiter }: QuotaPolicy): string[] | null {
  const plain = withoutTag(recipient, delimiter);
  const ends =
    recipients.get(recipient) ??
    (plain === null ? undefined : recipients.get(plain)) ??
    recipients.get(recipient.slice(recipient.lastIndexOf('@')));
  return ends === undefined ? null : parseAddresses(ends);
}
