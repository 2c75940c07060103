/** A mail server that takes everything at an address of its own: a backend, or a delivery service with several customers. */
import { createHash } from 'node:crypto';
import { TLSSocket } from 'node:tls';

import { SMTPServer } from 'smtp-server';

import type { Endpoint, TlsIdentity } from './line-client.ts';
import { newIdentity, type Received } from './smtp-stand-in.ts';

export interface MailSink extends Endpoint {
  received: Received[];
  /** Each login that anybody tried, as `user:password`. */
  logins: string[];
  stop(): Promise<void>;
}

export interface SinkManners {
  /** What it shows; a new one unless given. */
  identity?: TlsIdentity;
  /** Recipient → why it is refused, for good. */
  refusals?: Readonly<Record<string, string>>;
}

/** `passwords`: user → password; with any, nobody sends without a login. TLS is always wanted. */
export async function startMailSink(
  { host, port }: Endpoint,
  passwords?: Readonly<Record<string, string>>,
  { identity, refusals = {} }: SinkManners = {},
): Promise<MailSink> {
  const received: Received[] = [];
  const logins: string[] = [];
  const clients = new Map<string, string>();
  const server = new SMTPServer({
    ...(identity ?? (await newIdentity())),
    name: 'sink.example',
    requestCert: true,
    rejectUnauthorized: false,
    authOptional: passwords === undefined,
    onSecure(socket, session, callback) {
      const raw = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
      if (raw !== undefined) clients.set(session.id, fingerprintOf(raw));
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
      const reason = refusals[address];
      callback(reason === undefined ? null : Object.assign(new Error(reason), { responseCode: 550 }));
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          sender: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString(),
          user: typeof session.user === 'string' ? session.user : null,
          client: clients.get(session.id) ?? null,
        });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return { host, port, received, logins, stop: () => new Promise((resolve) => server.close(resolve)) };
}

function fingerprintOf(certificate: Buffer): string {
  const digest = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  return digest.replace(/..(?=.)/g, '$&:');
}
