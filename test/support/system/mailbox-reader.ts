/** Reads mailboxes in sessions that stay open: a log-in costs the server more than all looks at a mailbox. */
import type { ImapFlow } from 'imapflow';

interface Reader {
  session: ImapFlow | undefined;
  /** Ends with the last look that was asked for: one session has one mailbox open. */
  turn: Promise<unknown>;
}

const readers = new Map<string, Reader>();

/**
 * Sources of all messages in a mailbox. `who` names the person and the server; `newSession` gives a client that is not
 * connected yet, and is called where no session is open, or the server has ended it. Throws as ImapFlow does.
 */
export function readMailbox(who: string, newSession: () => ImapFlow, mailbox: string): Promise<string[]> {
  const reader = readers.get(who) ?? { session: undefined, turn: Promise.resolve() };
  readers.set(who, reader);
  const look = reader.turn.then(() => lookInto(reader, newSession, mailbox));
  reader.turn = look.catch(() => undefined);
  return look;
}

async function lookInto(reader: Reader, newSession: () => ImapFlow, mailbox: string): Promise<string[]> {
  if (reader.session?.usable) {
    try {
      return await sourcesIn(reader.session, mailbox);
    } catch {
      // The server may have ended it meanwhile; what is wrong with the mailbox shows again below.
      reader.session.close();
    }
  }
  const session = newSession();
  try {
    await session.connect();
    reader.session = session;
    return await sourcesIn(session, mailbox);
  } catch (error) {
    session.close();
    throw error;
  }
}

async function sourcesIn(session: ImapFlow, mailbox: string): Promise<string[]> {
  const { exists } = await session.mailboxOpen(mailbox);
  const sources: string[] = [];
  if (exists === 0) return sources;
  for await (const { source } of session.fetch('1:*', { source: true })) sources.push(String(source));
  return sources;
}
