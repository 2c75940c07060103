/** Servers that promises are asked about, certificates that they present, and a folder, for the tests of one promise. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SMTPServer } from 'smtp-server';

import { type Certificate, makeCertificate } from './certificate.ts';

type AnyServer = Server | HttpServer | SMTPServer;

/** A folder for all tests of the surrounding `describe`; the function returned says which. */
export function sharedFolder(): () => string {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promises-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

export interface Certificates {
  certificate: Certificate;
  other: Certificate;
  expired: Certificate;
}

/** Made once for all tests of the surrounding `describe`. `folder` is made by an earlier hook. */
export function madeCertificates(folder: () => string): () => Certificates {
  let made: Certificates;
  before(async () => {
    const [certificate, other, expired] = await Promise.all([
      makeCertificate(folder(), 'current'),
      makeCertificate(folder(), 'other'),
      makeCertificate(folder(), 'expired', -1),
    ]);
    made = { certificate, other, expired };
  });
  return () => made;
}

/** The function returned starts a server until the end of the test, and gives its port. */
export function startedServers(): (server: AnyServer) => Promise<string> {
  const started: AnyServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map(close));
  });
  return (server) => {
    started.push(server);
    return listen(server);
  };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function findClosedPort(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return port;
}

/** Takes mail by `password` only, and gives it to `receive`. */
export function smtpServer(
  { key, cert }: Certificate,
  receive: (text: string) => void = () => undefined,
  password = 'right',
): SMTPServer {
  return new SMTPServer({
    key,
    cert,
    onAuth: (login, _session, done) => {
      if (login.password === password) done(null, { user: login.username });
      else done(new Error('no such account'));
    },
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        receive(text);
        done();
      });
    },
  });
}

const connections = new WeakMap<object, Set<Socket>>();

function listen(server: AnyServer): Promise<string> {
  return new Promise((resolve, reject) => {
    const listener = server instanceof SMTPServer ? server.server : server;
    const open = new Set<Socket>();
    connections.set(server, open);
    listener.on('connection', (socket: Socket) => open.add(socket));
    server.on('error', (error: NodeJS.ErrnoException) => {
      // A client that goes away in the middle is no concern of the test.
      if (error.syscall === 'listen') reject(error);
    });
    server.listen(0, '127.0.0.1', () => resolve(String((listener.address() as AddressInfo).port)));
  });
}

function close(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    connections.get(server)?.forEach((socket) => socket.destroy());
  });
}
