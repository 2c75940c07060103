/** A raw client for protocols of lines, for what client libraries hide or refuse to send. */
import { connect as connectTcp, type Socket } from 'node:net';
import {
  connect as connectTls,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';

import type { TlsIdentity } from '../../../src/local-node/stand-ins/self-signed-identity.ts';

export interface Endpoint {
  host: string;
  port: number;
}

export interface LineClient {
  /** Sends `text` as it is. */
  write(text: string): void;
  /** Everything up to and including the first line that matches; throws after ten seconds or when the server hangs up. */
  until(end: RegExp): Promise<string>;
  /** Sends a line and reads up to the one that matches. */
  command(line: string, end: RegExp): Promise<string>;
  /** Goes over to TLS; any certificate will do. */
  secure(options?: TlsIdentity | ConnectionOptions): Promise<void>;
  /** Of the server; undefined before TLS. */
  certificate(): PeerCertificate | undefined;
  /** Name of the suite; undefined before TLS. */
  suite(): string | undefined;
  /** Text that was received and not read yet. */
  pending(): string;
  close(): void;
}

const timeout = 10_000;

/** `path` is that of a Unix socket. */
export async function connectLines(
  endpoint: Endpoint | { path: string },
  from?: string,
): Promise<LineClient> {
  let socket: Socket | TLSSocket = connectTcp({
    ...endpoint,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  let received = '';
  let ended: string | undefined;
  let wake: () => void = () => undefined;
  const listen = () => {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      wake();
    });
    const end = (reason: string) => () => {
      ended ??= reason;
      wake();
    };
    socket.on('close', end('the server hung up'));
    socket.on('error', (error) => end(error.message)());
  };
  listen();

  async function until(end: RegExp): Promise<string> {
    const deadline = performance.now() + timeout;
    for (;;) {
      let start = 0;
      for (let newline; (newline = received.indexOf('\n', start)) !== -1; start = newline + 1) {
        if (!end.test(received.slice(start, newline).replace(/\r$/, ''))) continue;
        const answer = received.slice(0, newline + 1);
        received = received.slice(newline + 1);
        return answer;
      }
      const left = deadline - performance.now();
      if (ended !== undefined || left <= 0) {
        throw new Error(`${ended ?? 'no such line in time'}; expected ${String(end)}, received: ${received}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    write: (text) => void socket.write(text),
    until,
    async command(line, end) {
      socket.write(`${line}\r\n`);
      return until(end);
    },
    async secure(options) {
      const plain = socket;
      plain.removeAllListeners();
      const secured = connectTls({ socket: plain, rejectUnauthorized: false, ...options });
      await new Promise<void>((resolve, reject) => {
        secured.once('secureConnect', resolve);
        secured.once('error', reject);
      });
      socket = secured;
      received = '';
      listen();
    },
    certificate: () => ('getPeerCertificate' in socket ? socket.getPeerCertificate() : undefined),
    suite: () => ('getCipher' in socket ? socket.getCipher().name : undefined),
    pending: () => received,
    close: () => socket.destroy(),
  };
}
