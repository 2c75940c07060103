/** A message that is hidden in another one, behind what some servers take for its end and others do not. */
import type { LineClient } from './line-client.ts';

const reply = /^\d{3} /;

/** What looks like the end of a message, CRLF . CRLF, and is none. */
export const almostEnds: Readonly<Record<string, string>> = {
  'LF . LF': '\n.\n',
  'LF . CRLF': '\n.\r\n',
  'CRLF . LF': '\r\n.\n',
  'CR . CR': '\r.\r',
  'CR . CRLF': '\r.\r\n',
  'CRLF . CR': '\r\n.\r',
  'CRLF . CR CRLF': '\r\n.\r\r\n',
};

/** One message was taken, and nothing was left to answer but QUIT. */
export const oneMessage = /^250 [^\n]*\n221 [^\n]*\n$/;

export interface Smuggling {
  sender: string;
  recipient: string;
  subject: string;
  /** Of the hidden message, whose subject is `smuggled` and whose recipient is the same. */
  hiddenSender: string;
}

/** Sends it in an open session, ends that, and gives all that the server answered since the text began. */
export async function smuggle(
  client: LineClient,
  { sender, recipient, subject, hiddenSender }: Smuggling,
  end: string,
): Promise<string> {
  try {
    for (const line of [`MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, 'DATA']) {
      const answer = await client.command(line, reply);
      if (!/^[23]/m.test(answer)) throw new Error(`${line}: ${answer}`);
    }
    const hidden = [`MAIL FROM:<${hiddenSender}>`, `RCPT TO:<${recipient}>`, 'DATA', 'Subject: smuggled'];
    client.write(`Subject: ${subject}\r\n\r\nouter${end}${hidden.join('\r\n')}\r\n\r\ninner\r\n.\r\n`);
    const answer = await client.until(reply);
    return answer + (await client.command('QUIT', /^221 /));
  } finally {
    client.close();
  }
}
