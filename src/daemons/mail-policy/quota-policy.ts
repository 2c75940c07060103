/**
 * Whether there is room where a recipient ends: asked for each recipient with the size that the client declares, and at the
 * end of the message with its real size. Postfix asks before it expands addresses, and Dovecot knows mailboxes only.
 */
import { messageSizeOf } from '../../names/message-size.ts';
import { openMessages } from '../kit/open-messages.ts';
import { askPolicy } from '../kit/policy-client.ts';
import type { Attributes } from '../kit/policy-server.ts';
import { asResolved } from '../kit/quoted-address.ts';
import { type Ends, endsOf } from './ends.ts';

export interface QuotaSettings extends Ends {
  /** Unix socket of Dovecot's quota-status, which speaks the same protocol. */
  socket: string;
}

export interface QuotaPolicy {
  /** Postfix action (access(5)). */
  answer(attributes: Attributes): Promise<string>;
}

/** Milliseconds; Postfix waits for ten seconds. */
const timeout = 5_000;
/** Bytes that are added to a message on its way to the mailbox: Received, Delivered-To and the like. */
const added = 1_024;
/** Of these, what a client may have miscounted, so that nobody is asked again at the end. */
const miscounted = 512;
/** Bytes; whoever sends less need not be told to send less. */
const large = 1024 * 1024;
const unknown = 'DEFER_IF_PERMIT 4.3.0 mailboxes cannot be asked for room; try again later';

export function quotaPolicy(current: () => Promise<QuotaSettings>): QuotaPolicy {
  const messages = openMessages<{ recipient: string; size: number }>();

  /** Refused when no recipient has room. While one has, the message is accepted, and the full ones bounce it. */
  async function atEnd(attributes: Attributes): Promise<string> {
    const single = asResolved(attributes('recipient'));
    const asked =
      messages.take(attributes('instance')) ?? (single === '' ? [] : [{ recipient: single, size: 0 }]);
    // This process was started anew in the middle of the message.
    if (asked.length === 0) return unknown;
    // Postfix asks nothing about `postmaster` without a domain, and takes it.
    if (asked.length < Number(attributes('recipient_count'))) return 'DUNNO';
    const size = Number(attributes('size'));
    let answer = 'DUNNO';
    for (const { recipient, size: before } of asked) {
      if (size + miscounted <= before) return 'DUNNO';
      answer = await roomFor(recipient, size + added, await current());
      if (answer === 'DUNNO' || answer === unknown) return answer;
    }
    return answer;
  }

  return {
    async answer(attributes) {
      if (attributes('protocol_state') === 'END-OF-MESSAGE') return atEnd(attributes);
      const recipient = asResolved(attributes('recipient'));
      const size = Number(attributes('size')) + added;
      const answer = await roomFor(recipient, size, await current());
      if (answer === 'DUNNO') messages.add(attributes('instance'), { recipient, size });
      return answer;
    },
  };
}

/** Dovecot's refusal when all mailboxes of a recipient are full. */
async function roomFor(recipient: string, size: number, settings: QuotaSettings): Promise<string> {
  const dovecot = { socket: settings.socket, timeout };
  let answer = 'DUNNO';
  try {
    for (const mailbox of endsOf(recipient, settings) ?? [recipient]) {
      answer = await askPolicy(dovecot, { recipient: mailbox, size: String(size) });
      if (answer === 'DUNNO') return answer;
      if (size >= large && (await askPolicy(dovecot, { recipient: mailbox, size: '0' })) === 'DUNNO')
        answer += tooLarge(size);
    }
    return answer;
  } catch (error) {
    console.error(`${settings.socket}: ${(error as Error).message}`);
    return unknown;
  }
}

/** What is added where the mailbox would have room for something smaller. */
function tooLarge(size: number): string {
  const { message, attachments } = messageSizeOf(size);
  return ` for this message of ${message} MiB (${attachments} MiB of attachments); a smaller one may have room`;
}
