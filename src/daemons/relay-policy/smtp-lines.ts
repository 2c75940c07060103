/** Commands and replies of one SMTP connection, with time limits. */
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Milliseconds to wait for each reply. */
const replyTimeout = 15_000;

export interface LinesReply {
  code: number;
  /** Without their codes. */
  lines: string[];
}

export interface Lines {
  readonly isOpen: boolean;
  reply(): Promise<LinesReply>;
  command(line: string): Promise<LinesReply>;
  secured(options: object): Promise<Socket>;
  close(): void;
}

/** Replies of a connection, one after the other. */
export function talk(socket: Socket): Lines {
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

/** The socket, once `event` says that it can be used. */
export function settled<One extends Socket>(socket: One, event: string, timeout: number): Promise<One> {
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
