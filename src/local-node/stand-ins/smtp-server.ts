/**
 * A mail server that takes everything and keeps it: in place of a delivery service with login, of a relay that looks at
 * client certificates, or of a backend. It wants TLS always.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';

import { SMTPServer, type SMTPServerSession } from 'smtp-server';

import { selfSignedIdentity, type TlsIdentity } from './self-signed-identity.ts';

export interface StandInOptions {
  host: string;
  /** A free one without it. */
  port?: number;
  /** What it calls itself. */
  name?: string;
  /** User → password; with any, nobody sends without a login. */
  passwords?: Readonly<Record<string, string>> | undefined;
  /** What it shows; a new one without it. */
  identity?: TlsIdentity;
  /** Why a recipient is refused, for good; undefined for those that are taken. */
  refusal?: (recipient: string) => string | undefined;
  /** Called before the client hears that the message is taken. */
  onReceived?: (message: Received) => Promise<void>;
}

export interface Received {
  sender: string;
  recipients: string[];
  /** With a Received header of this server on top. */
  source: string;
  /** Of the login; null without one. */
  user: string | null;
  /** SHA-256 of the client certificate, as `AA:BB:…`; null without one. */
  client: string | null;
}

export interface StandInSmtpServer {
  host: string;
  port: number;
  identity: TlsIdentity;
  /** SHA-256 of its certificate. */
  fingerprint: string;
  received: Received[];
  /** Each login that anybody tried, as `user:password`. */
  logins: string[];
  stop(): Promise<void>;
}

export async function startStandInSmtpServer(options: StandInOptions): Promise<StandInSmtpServer> {
  const { host, port = 0, name = 'stand-in.example', passwords, refusal, onReceived } = options;
  const identity = options.identity ?? (await selfSignedIdentity(name));
  const received: Received[] = [];
  const logins: string[] = [];
  const tls = new Map<string, { protocol: string; client: string | null }>();
  const server = new SMTPServer({
    ...identity,
    name,
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
    onRcptTo({ address }, _session, callback) {
      const reason = refusal?.(address);
      callback(reason === undefined ? null : Object.assign(new Error(reason), { responseCode: 550 }));
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
    logins,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** The library's types do not say that it is false for who tried in vain. */
function loginOf({ user }: SMTPServerSession): string | null {
  return typeof user === 'string' ? user : null;
}

/** As any server writes it (RFC 5321, 4.4). */
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
