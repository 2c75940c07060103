/**
 * An SMTP server that accepts and keeps all mail. It stands in for a delivery service that asks for a login, a relay
 * that checks client certificates, or a backend. It always demands TLS.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';

import { SMTPServer, type SMTPServerSession } from 'smtp-server';

import { selfSignedIdentity, type TlsIdentity } from './self-signed-identity.ts';

export interface StandInOptions {
  host: string;
  /** By default a free one. */
  port?: number;
  /** Its host name in the greeting and in Received headers. */
  name?: string;
  /** User name → password. If given, clients must log in before they send. */
  passwords?: Readonly<Record<string, string>> | undefined;
  /** Its certificate and key; by default new ones. */
  identity?: TlsIdentity;
  /** Largest message, which it announces. */
  sizeLimit?: number;
  /**
   * The reason why a recipient is refused (550 unless it begins with another code), with the size that the client
   * declares, 0 if none; undefined for accepted recipients.
   */
  refusal?: (recipient: string, size: number) => string | undefined;
  /** The reason why a message is refused at its end (552); undefined for one that is accepted. */
  refusalAtEnd?: (source: string) => string | undefined;
  /** Called before the client is told that the message is accepted. */
  onReceived?: (message: Received) => Promise<void>;
}

export interface Received {
  sender: string;
  recipients: string[];
  /** The message, with a Received header of this server on top. */
  source: string;
  /** User name of the login; null without login. */
  user: string | null;
  /** SHA-256 fingerprint of the client certificate, as `AA:BB:…`; null without certificate. */
  client: string | null;
}

export interface StandInSmtpServer {
  host: string;
  port: number;
  identity: TlsIdentity;
  /** SHA-256 fingerprint of its certificate. */
  fingerprint: string;
  received: Received[];
  /** Each RCPT: the recipient and the size that was declared. */
  asked: { recipient: string; size: number; client: string | null }[];
  /** All login attempts, as `user:password`. */
  logins: string[];
  stop(): Promise<void>;
}

export async function startStandInSmtpServer(options: StandInOptions): Promise<StandInSmtpServer> {
  const { host, port = 0, name = 'stand-in.example', passwords, refusal, refusalAtEnd, onReceived } = options;
  const identity = options.identity ?? (await selfSignedIdentity(name));
  const received: Received[] = [];
  const logins: string[] = [];
  const asked: StandInSmtpServer['asked'] = [];
  const tls = new Map<string, { protocol: string; client: string | null }>();
  const server = new SMTPServer({
    ...identity,
    name,
    ...(options.sizeLimit === undefined ? {} : { size: options.sizeLimit }),
    requestCert: true,
    rejectUnauthorized: false,
    authOptional: passwords === undefined,
    onSecure(socket, session, callback) {
      if (socket instanceof TLSSocket) {
        const raw = socket.getPeerX509Certificate()?.raw;
        const client = raw === undefined ? null : fingerprintOf(raw);
        const protocol = `${socket.getProtocol() ?? ''} with cipher ${socket.getCipher().name}`;
        tls.set(session.id, { protocol, client });
      }
      callback();
    },
    onAuth({ username, password }, _session, callback) {
      logins.push(`${username}:${password}`);
      const good = username !== undefined && passwords?.[username] === password;
      callback(good ? null : new Error('wrong login'), { user: username });
    },
    onMailFrom(_address, session, callback) {
      callback(session.secure ? null : new Error('TLS first'));
    },
    onRcptTo({ address }, session, callback) {
      const { mailFrom } = session.envelope;
      const args = mailFrom === false ? {} : (mailFrom.args as Readonly<Record<string, string>>);
      const size = Number(args['SIZE'] ?? 0);
      asked.push({ recipient: address, size, client: tls.get(session.id)?.client ?? null });
      const reason = refusal?.(address, size);
      const [, code = '550', text = reason] = /^(\d{3}) (.*)$/.exec(reason ?? '') ?? [];
      callback(reason === undefined ? null : Object.assign(new Error(text), { responseCode: Number(code) }));
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const { protocol = '', client = null } = tls.get(session.id) ?? {};
        const message = {
          sender: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          source: receivedHeader(session, name, protocol) + Buffer.concat(parts).toString(),
          user: loginOf(session),
          client,
        };
        const reason = refusalAtEnd?.(message.source);
        if (reason !== undefined) {
          callback(Object.assign(new Error(reason), { responseCode: 552 }));
          return;
        }
        received.push(message);
        Promise.resolve(onReceived?.(message)).then(
          () => callback(),
          (error: Error) => callback(error),
        );
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.server.address() as AddressInfo).port,
    identity,
    fingerprint: new X509Certificate(identity.cert).fingerprint256,
    received,
    asked,
    logins,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** After a failed login the library sets `user` to false, although its types do not say so. */
function loginOf({ user }: SMTPServerSession): string | null {
  return typeof user === 'string' ? user : null;
}

/** RFC 5321, 4.4. */
function receivedHeader(session: SMTPServerSession, name: string, protocol: string): string {
  const login = loginOf(session);
  return [
    `Received: from ${session.hostNameAppearsAs || 'unknown'} ([${session.remoteAddress}])`,
    `(using ${protocol})`,
    ...(login === null ? [] : [`(Authenticated sender: ${login})`]),
    `by ${name} (stand-in) with ${login === null ? 'ESMTPS' : 'ESMTPSA'} id ${session.id}; ${new Date().toUTCString()}\r\n`,
  ].join('\r\n\t');
}

function fingerprintOf(certificate: Buffer): string {
  const digest = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  return digest.replace(/..(?=.)/g, '$&:');
}
