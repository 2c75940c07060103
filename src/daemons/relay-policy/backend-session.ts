/** One SMTP connection to a mail server, by which it is asked what it would take. No message is ever sent. */
import { connect as connectTcp, type Socket } from 'node:net';

import { type Lines, type LinesReply, settled, talk } from './smtp-lines.ts';
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

/** Milliseconds to wait for the connection. */
const connectTimeout = 5_000;
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

function connected({ host, port }: Backend, { address }: Asker): Promise<Socket> {
  const own = host.includes(':') && address !== null ? { localAddress: address } : {};
  return settled(connectTcp({ host, port, ...own }), 'connect', connectTimeout);
}

function expectCode(reply: LinesReply, code: number): void {
  if (reply.code !== code) throw new Error(`it says: ${reply.code} ${textOf(reply)}`);
}

/** The enhanced code stands in each line; one is enough. */
function textOf({ lines }: LinesReply): string {
  const [first = '', ...others] = lines;
  return [first, ...others.map((line) => line.replace(/^[245]\.\d+\.\d+ /, ''))].join(' ');
}
