/**
 * The milter protocol (version 6, as Postfix speaks it: MILTER_README, sendmail's libmilter/docs): packets of a length, a
 * letter and data. Only what a look at some headers at the end of a message needs is asked for; nothing is changed.
 */
import type { Socket } from 'node:net';

export interface MilterEnvelope {
  /** Name that the client logged in with; empty where it did not. */
  login: string;
  /** Without angle brackets; empty for the null sender. */
  sender: string;
}

export interface MilterHeader {
  /** Lower case. */
  name: string;
  /** As it stands in the message, with its line breaks. */
  value: string;
}

export interface MilterMessage extends MilterEnvelope {
  /** Those that were accepted, without angle brackets. */
  recipients: readonly string[];
  headers: readonly MilterHeader[];
}

export interface Milter {
  /** Lower-case names of the headers that `judge` gets. */
  headers: ReadonlySet<string>;
  /** Whether messages of this envelope are looked at; others are accepted at once. */
  looksAt: (envelope: MilterEnvelope) => boolean;
  /** A message that is looked at has begun; what it returns is called once, when the message is judged or given up. */
  open: (envelope: MilterEnvelope) => () => void;
  /** At the end of the message: null accepts it, a reply such as `550 5.7.1 …` refuses it, `discarded` ends it in silence. */
  judge: (message: MilterMessage) => Promise<string | typeof discarded | null>;
}

export const discarded = Symbol('discarded');

/** Postfix's packets hold a header or 64 KiB of a body at most. */
const maxPacketLength = 1024 * 1024;
const version = 6;
/** Steps that are not told: connect, HELO, body, unknown commands, DATA, end of headers; no answer to headers. */
const leftOut = 0x1 | 0x2 | 0x10 | 0x100 | 0x200 | 0x40 | 0x80;

const command = {
  negotiate: 'O',
  macros: 'D',
  mail: 'M',
  recipient: 'R',
  header: 'L',
  end: 'E',
  abort: 'A',
  quit: 'Q',
  next: 'K',
};
const reply = { negotiate: 'O', goOn: 'c', accept: 'a', code: 'y', discard: 'd', later: 't' };

/** Answers one connection of Postfix, message after message. When `judge` throws, the message is put off. */
export function answerMilter(connection: Socket, milter: Milter): void {
  let received: Buffer = Buffer.alloc(0);
  let answering = Promise.resolve();
  let login = '';
  let message: Begun = begun({ login: '', sender: '' });

  let close = (): void => undefined;
  const open = (envelope: MilterEnvelope): void => {
    close();
    close = milter.looksAt(envelope) ? milter.open(envelope) : () => undefined;
    message = begun(envelope);
  };
  const giveUp = (): void => {
    close();
    close = () => undefined;
    message = begun({ login: '', sender: '' });
  };

  const send = (letter: string, data: Buffer | string = ''): void => {
    const body = Buffer.concat([Buffer.from(letter), Buffer.from(data)]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    if (!connection.destroyed) connection.write(Buffer.concat([length, body]));
  };
  const judge = async (): Promise<void> => {
    const { envelope, recipients, headers } = message;
    try {
      const refusal = await milter.judge({ ...envelope, recipients, headers });
      if (refusal === null) send(reply.accept);
      else if (refusal === discarded) send(reply.discard);
      else send(reply.code, `${refusal}\0`);
    } catch (error) {
      console.error(error);
      send(reply.later);
    } finally {
      giveUp();
    }
  };
  const answer = (letter: string, data: Buffer): Promise<void> | void => {
    switch (letter) {
      case command.negotiate:
        return send(reply.negotiate, negotiated(data));
      case command.macros:
        if (data.subarray(0, 1).toString() === command.mail)
          login = macrosIn(data).get('{auth_authen}') ?? '';
        return;
      case command.mail: {
        open({ login, sender: withoutBrackets(textsIn(data)[0] ?? '') });
        login = '';
        return send(milter.looksAt(message.envelope) ? reply.goOn : reply.accept);
      }
      case command.recipient:
        message.recipients.push(withoutBrackets(textsIn(data)[0] ?? ''));
        return send(reply.goOn);
      case command.header: {
        const [name = '', value = ''] = textsIn(data);
        const header = { name: name.trim().toLowerCase(), value };
        if (milter.headers.has(header.name)) message.headers.push(header);
        return;
      }
      case command.end:
        return judge();
      case command.abort:
      case command.next:
        return giveUp();
      case command.quit:
        connection.end();
        return;
      default:
        return send(reply.goOn);
    }
  };

  connection.on('error', () => connection.destroy());
  // After what it sent before it closed.
  connection.once('close', () => {
    answering = answering.then(giveUp);
  });
  connection.on('data', (data: Buffer) => {
    received = received.length === 0 ? data : Buffer.concat([received, data]);
    while (received.length >= 4) {
      const length = received.readUInt32BE(0);
      if (length < 1 || length > maxPacketLength) {
        connection.destroy();
        return;
      }
      if (received.length < 4 + length) return;
      const packet = received.subarray(4, 4 + length);
      received = received.subarray(4 + length);
      answering = answering.then(() => answer(packet.subarray(0, 1).toString(), packet.subarray(1)));
    }
  });
}

interface Begun {
  envelope: MilterEnvelope;
  recipients: string[];
  headers: MilterHeader[];
}

function begun(envelope: MilterEnvelope): Begun {
  return { envelope, recipients: [], headers: [] };
}

const withoutBrackets = (address: string): string => address.replace(/^<|>$/g, '');

/** No change is asked for, and of the steps to leave out those that the other side knows. */
function negotiated(offer: Buffer): Buffer {
  const answer = Buffer.alloc(12);
  answer.writeUInt32BE(Math.min(version, offer.readUInt32BE(0)), 0);
  answer.writeUInt32BE((offer.readUInt32BE(8) & leftOut) >>> 0, 8);
  return answer;
}

function textsIn(data: Buffer): string[] {
  return data.toString('utf8').split('\0');
}

/** The letter of the step that they are for, then names and values in turn. */
function macrosIn(data: Buffer): Map<string, string> {
  const texts = textsIn(data.subarray(1));
  return new Map(
    texts.flatMap((name, index): [string, string][] =>
      index % 2 === 0 && index + 1 < texts.length ? [[name, texts[index + 1] ?? '']] : [],
    ),
  );
}
