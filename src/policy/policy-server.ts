/** Postfix' policy protocol on a unix socket (SMTPD_POLICY_README): lines `name=value`, an empty line, an answer. */
import type { Stats } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

import { OperatorError } from '../errors.ts';
import type { Tenant } from '../plan/mail-server-relay/tenants.ts';
import { decide, indexTenants, type Question, type TenantIndex } from './decide.ts';

export interface PolicyOptions {
  /** JSON list of tenants; read again when it changes. */
  tenants: string;
  socket: string;
}

/** A question is well below this; whoever sends more is not Postfix. */
const longestQuestion = 64 * 1024;

/** Listens until SIGTERM. Throws OperatorError when tenants cannot be read or the socket cannot be used. */
export async function servePolicy({ tenants, socket }: PolicyOptions): Promise<Server> {
  const index = await followTenants(tenants);
  await rm(socket, { force: true });
  const server = createServer((connection) => {
    answerQuestions(connection, index);
  });
  const umask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new OperatorError(`${socket}: ${error.message}`));
    });
    server.listen(socket, resolve);
  });
  process.umask(umask);
  // Postfix keeps its connections open, and asks again where they end.
  const connections = new Set<Socket>();
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  process.once('SIGTERM', () => {
    server.close();
    for (const connection of connections) connection.destroy();
  });
  return server;
}

/** The index as it is now; a file that cannot be read leaves the one before in use. */
async function followTenants(path: string): Promise<() => Promise<TenantIndex>> {
  const read = async () => {
    const stamp = stampOf(await stat(path));
    return { stamp, text: await readFile(path, 'utf8') };
  };
  let { stamp, text } = await read().catch((error: Error) => {
    throw new OperatorError(`${path}: ${error.message}; process the partition again`);
  });
  let index = indexTenants(JSON.parse(text) as Tenant[]);
  return async () => {
    const now = await stat(path).catch(() => null);
    if (now === null || now.size === 0 || stamp === stampOf(now)) return index;
    try {
      ({ stamp, text } = await read());
      index = indexTenants(JSON.parse(text) as Tenant[]);
    } catch (error) {
      console.error(`${path}: ${(error as Error).message}; the tenants of before stay`);
    }
    return index;
  };
}

/** A file is replaced, not written over: two of the same size and within one tick of the clock differ by their inode. */
function stampOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino} ${mtimeMs} ${size}`;
}

function answerQuestions(connection: Socket, index: () => Promise<TenantIndex>): void {
  let received = '';
  let answering = Promise.resolve();
  connection.setEncoding('utf8');
  connection.on('error', () => connection.destroy());
  connection.on('data', (text: string) => {
    received += text;
    if (received.length > longestQuestion) {
      connection.destroy();
      return;
    }
    for (let end = received.indexOf('\n\n'); end !== -1; end = received.indexOf('\n\n')) {
      const question = parseQuestion(received.slice(0, end));
      received = received.slice(end + 2);
      answering = answering.then(async () => {
        connection.write(`action=${decide(question, await index())}\n\n`);
      });
    }
  });
}

export function parseQuestion(text: string): Question {
  const values = new Map(
    text.split('\n').map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  const value = (name: keyof Question) => values.get(name) ?? '';
  return {
    policy_context: value('policy_context'),
    sender: value('sender'),
    recipient: value('recipient'),
    client_address: value('client_address'),
    sasl_username: value('sasl_username'),
    ccert_fingerprint: value('ccert_fingerprint'),
  };
}
