/** A next hop for outgoing mail: a delivery service with login, or a relay that looks at client certificates. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

import { SMTPServer } from 'smtp-server';

import { makeCertificate } from '../../unit/release/certificate.ts';
import type { TlsIdentity } from './line-client.ts';

export interface Received {
  sender: string;
  recipients: string[];
  source: string;
  /** Of the login; null without one. */
  user: string | null;
  /** SHA-256 of the client certificate, as `AA:BB:…`; null without one. */
  client: string | null;
}

export interface StandIn {
  host: '::1';
  port: number;
  identity: TlsIdentity;
  /** SHA-256 of its certificate. */
  fingerprint: string;
  received: Received[];
  stop(): Promise<void>;
}

/** With `login` nobody sends without it. TLS is always wanted. Recipients that match `unknown` are refused for good. */
export async function startStandIn(
  login?: { user: string; password: string },
  unknown?: RegExp,
): Promise<StandIn> {
  const identity = await newIdentity();
  const received: Received[] = [];
  const clients = new Map<string, string>();
  const server = new SMTPServer({
    ...identity,
    requestCert: true,
    rejectUnauthorized: false,
    authOptional: login === undefined,
    onSecure(socket, session, callback) {
      const raw = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
      if (raw !== undefined) clients.set(session.id, fingerprintOf(raw));
      callback();
    },
    onAuth({ username, password }, _session, callback) {
      const good = username === login?.user && password === login?.password;
      callback(good ? null : new Error('wrong login'), { user: username });
    },
    onMailFrom(_address, session, callback) {
      callback(session.secure ? null : new Error('TLS first'));
    },
    onRcptTo({ address }, _session, callback) {
      const isUnknown = unknown?.test(address) ?? false;
      callback(isUnknown ? Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 }) : null);
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
          user: session.user ?? null,
          client: clients.get(session.id) ?? null,
        });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  return {
    host: '::1',
    port: (server.server.address() as AddressInfo).port,
    identity,
    fingerprint: new X509Certificate(identity.cert).fingerprint256,
    received,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A fresh self-signed certificate with its key, valid for so many days. */
export async function newIdentity(days = 2): Promise<TlsIdentity> {
  const folder = await mkdtemp(join(tmpdir(), 'smt-identity-'));
  try {
    const { key, cert } = await makeCertificate(folder, 'stand-in', days);
    return { key, cert };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function fingerprintOf(certificate: Buffer): string {
  return createHash('sha256')
    .update(certificate)
    .digest('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$&:');
}
