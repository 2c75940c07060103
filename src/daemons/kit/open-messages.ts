/** What is known of messages that are under way, until their end: Postfix asks about each recipient, and then about the whole. */

export interface OpenMessages<Recipient> {
  /** `message`: Postfix' `instance`, the same for all questions about one message. */
  add(message: string, recipient: Recipient): void;
  /** All that were added, and forgets them. Null for a message that is not known (any more). */
  take(message: string): readonly Recipient[] | null;
}

/** A client that hangs up before the end leaves its message here: the oldest go. */
const maxMessages = 20_000;

export function openMessages<Recipient>(): OpenMessages<Recipient> {
  const recipients = new Map<string, Recipient[]>();
  return {
    add(message, recipient) {
      const known = recipients.get(message);
      if (known === undefined) recipients.set(message, [recipient]);
      else known.push(recipient);
      for (const oldest of recipients.keys()) {
        if (recipients.size <= maxMessages) break;
        recipients.delete(oldest);
      }
    },
    take(message) {
      const found = recipients.get(message) ?? null;
      recipients.delete(message);
      return found;
    },
  };
}
