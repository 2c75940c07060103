/** Dovecot's auth policy protocol: JSON by HTTP, on a socket that the partition's user alone can connect to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';

import { type AuthPolicy, goOn, type Question } from './auth-policy.ts';
import { serveSocket } from './private-socket.ts';

/** A question has a few hundred bytes. */
const maxBodyBytes = 16 * 1024;

/** Listens on the unix socket until SIGTERM. Throws OperatorError when it cannot be used. */
export function serveAuthPolicy(policy: AuthPolicy, socket: string): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response, policy).catch((error: unknown) => {
      console.error(error);
      answer(response, 500, {});
    });
  });
  return serveSocket(socket, (connection) => server.emit('connection', connection));
}

async function handle(request: IncomingMessage, response: ServerResponse, policy: AuthPolicy): Promise<void> {
  const body = await readBody(request);
  if (body === null) return answer(response, 413, {});
  const question = parseQuestion(body);
  if (question === null) return answer(response, 400, {});
  const command = new URL(request.url ?? '/', 'http://policy').searchParams.get('command');
  if (command === 'allow') return answer(response, 200, await policy.allow(question));
  if (command === 'report') await policy.report(question);
  answer(response, 200, goOn);
}

function parseQuestion(body: string): Question | null {
  try {
    const { login, remote, pwhash, success, policy_reject } = JSON.parse(body) as Record<string, unknown>;
    if (typeof login !== 'string' || typeof remote !== 'string') return null;
    return {
      login,
      remote,
      pwhash: typeof pwhash === 'string' ? pwhash : '',
      success: success === true,
      policy_reject: policy_reject === true,
    };
  } catch {
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBodyBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
