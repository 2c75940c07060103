/** One SMTP connection to a mail server, by which it is asked what it would take. No message is ever sent. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Reply } from './smtp-replies.ts';

export interface Backend {
  /** IP address. */
  host: string;
  port: number;
}

/** As what this node asks. */
export interface Asker {
  hostName: string;
  /** Address to speak from to IPv6 addresses; null: any. */
  address: string | null;
  /** PEM: private key and certificate. */
  bundle: string;
}

export interface Envelope {
  /** As it stands between angle brackets. */
  sender: string;
  recipient: string;
}

export interface BackendSession {
  /** Whether it may be asked again. */
  readonly isUsable: boolean;
  /**
   * The reply that decides (2xx: it would be taken), and the size for which it was asked: at most `wanted` bytes, at least
   * `needed`; infinite where it cannot be told. Throws when there is no reply.
   */
  ask(envelope: Envelope, size: { needed: number; wanted: number }): Promise<{ reply: Reply; size: number }>;
  close(): void;
}

/** Milliseconds to wait for the connection, and for each reply. */
const connectTimeout = 5_000;
const replyTimeout = 15_000;
/** Servers slow down or hang up when one connection asks too much, or is refused too often. */
const maxQuestions = 40;
const maxRefusals = 5;

/** Throws with what is wrong; the server has been asked for TLS by then, as for mail. */
export async function openBackendSession(backend: Backend, asker: Asker): Promise<BackendSession> {
  let lines = talk(await connected(backend, asker));
  try {
    expectCode(await lines.reply(), 220);
    const plain = await hello();
    if (!/^STARTTLS$/im.test(plain)) throw new Error('it offers no TLS');
    expectCode(await lines.command('STARTTLS'), 220);
    const { bundle } = asker;
    lines = talk(
      // As for mail: whatever certificate it shows, as is usual for MX hosts.
      await lines.secured({ key: bundle, cert: bundle, minVersion: 'TLSv1.2', rejectUnauthorized: false }),
    );
    const offered = await hello();
    return session(lines, /^SIZE(?: (\d+))?\s*$/im.exec(offered));
  } catch (error) {
    lines.close();
    throw error;
  }

  async function hello(): Promise<string> {
    const reply = await lines.command(`EHLO ${asker.hostName}`);
    expectCode(reply, 250);
    return reply.lines.join('\n');
  }
}

function session(lines: Lines, offered: RegExpExecArray | null): BackendSession {
  const limit = Number(offered?.[1] ?? 0) || Infinity;
  let questions = 0;
  let refusals = 0;
  return {
    get isUsable() {
      return lines.isOpen && questions < maxQuestions && refusals < maxRefusals;
    },
    async ask({ sender, recipient }, { needed, wanted }) {
      questions += 1;
      const size = offered === null ? Infinity : Math.max(needed, Math.min(wanted, limit));
      const declared = offered === null ? '' : ` SIZE=${size}`;
      let reply = await lines.command(`MAIL FROM:<${sender}>${declared}`);
      if (reply.code < 300) {
        reply = await lines.command(`RCPT TO:<${recipient}>`);
        await lines.command('RSET');
      }
      if (reply.code >= 300) refusals += 1;
      return { reply: { code: reply.code, text: textOf(reply) }, size };
    },
    close: lines.close,
  };
}

interface LinesReply {
  code: number;
  /** Without their codes. */
  lines: string[];
}

interface Lines {
  readonly isOpen: boolean;
  reply(): Promise<LinesReply>;
  command(line: string): Promise<LinesReply>;
  secured(options: object): Promise<Socket>;
  close(): void;
}

/** Replies of a connection, one after the other. */
function talk(socket: Socket): Lines {
  let received = '';
  let failure: Error | null = null;
  let wake: () => void = () => undefined;
  const fail = (reason: string) => {
    failure ??= new Error(reason);
    socket.destroy();
    wake();
  };
  socket.setEncoding('latin1');
  socket.setTimeout(0);
  socket.on('data', (text: string) => {
    received += text;
    if (received.length > 64 * 1024) fail('it talks without end');
    wake();
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('it hung up'));

  async function reply(): Promise<LinesReply> {
    const timer = setTimeout(() => fail('it does not reply'), replyTimeout);
    try {
      for (;;) {
        const found = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?:[ \r][^\n]*)?\n/.exec(received);
        if (found) {
          received = received.slice(found[0].length);
          const lines = found[0].split('\n').slice(0, -1);
          return { code: Number(found[1]), lines: lines.map((line) => line.slice(4).trimEnd()) };
        }
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    get isOpen() {
      return failure === null;
    },
    reply,
    command(line) {
      // An address with a line break in it would be commands of its own.
      if (/[\r\n\0]/.test(line)) throw new Error('this is no line');
      socket.write(`${line}\r\n`, 'latin1');
      return reply();
    },
    secured(options) {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      const secure = connectTls({ socket, ...options });
      return settled(secure, 'secureConnect', replyTimeout);
    },
    close() {
      if (failure === null) socket.end('QUIT\r\n');
      failure ??= new Error('it was closed');
      socket.setTimeout(1_000, () => socket.destroy());
    },
  };
}

function connected({ host, port }: Backend, { address }: Asker): Promise<Socket> {
  const own = host.includes(':') && address !== null ? { localAddress: address } : {};
  return settled(connectTcp({ host, port, ...own }), 'connect', connectTimeout);
}

/** The socket, once `event` says that it can be used. */
function settled<One extends Socket>(socket: One, event: string, timeout: number): Promise<One> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeout, () => fail(new Error('it does not answer')));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('it hung up')));
    socket.once(event, () => {
      socket.removeAllListeners('error').removeAllListeners('close').removeAllListeners('timeout');
      resolve(socket);
    });
  });
}

function expectCode(reply: LinesReply, code: number): void {
  if (reply.code !== code) throw new Error(`it says: ${reply.code} ${textOf(reply)}`);
}

/** The enhanced code stands in each line; one is enough. */
function textOf({ lines }: LinesReply): string {
  const [first = '', ...others] = lines;
  return [first, ...others.map((line) => line.replace(/^[245]\.\d+\.\d+ /, ''))].join(' ');
}
