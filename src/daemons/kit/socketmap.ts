/** Postfix' socketmap protocol (socketmap_table(5)): netstrings `map key`, answered by a status and a text. */
import type { Socket } from 'node:net';

/** The value that was found, null where there is none. */
export type Lookup = (map: string, key: string) => Promise<string | null>;

/** Keys are mail addresses, which are shorter; a client that sends more is not Postfix. */
const maxRequestLength = 4096;

/** Answers every lookup of a connection, in their order. What `lookup` throws is answered as a failure for now. */
export function answerLookups(connection: Socket, lookup: Lookup): void {
  let received = '';
  let answering = Promise.resolve();
  // One character for each byte: a netstring's length counts bytes.
  connection.setEncoding('latin1');
  connection.on('error', () => connection.destroy());
  connection.on('data', (text: string) => {
    received += text;
    for (;;) {
      const colon = received.indexOf(':');
      const length = Number(/^\d{1,5}$/.exec(received.slice(0, Math.max(colon, 0)))?.[0] ?? NaN);
      if (colon === -1 && /^\d{0,5}$/.test(received)) return;
      if (!(length <= maxRequestLength)) {
        connection.destroy();
        return;
      }
      const end = colon + 1 + length;
      if (received.length <= end) return;
      const request = received.slice(colon + 1, end);
      if (received.charAt(end) !== ',') {
        connection.destroy();
        return;
      }
      received = received.slice(end + 1);
      answering = answering.then(async () => {
        const answer = await answerTo(request, lookup);
        connection.write(`${answer.length}:${answer},`, 'latin1');
      });
    }
  });
}

async function answerTo(request: string, lookup: Lookup): Promise<string> {
  const blank = request.indexOf(' ');
  try {
    const found = await lookup(request.slice(0, blank), request.slice(blank + 1));
    return found === null ? 'NOTFOUND ' : `OK ${found}`;
  } catch (error) {
    console.error(error);
    return 'TEMP internal error';
  }
}
