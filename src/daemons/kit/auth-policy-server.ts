/** Dovecot's auth policy protocol: JSON by HTTP, answered to this machine and with a key only. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

import { OperatorError } from '../../errors.ts';
import { type AuthPolicy, goOn, type Question } from './auth-policy.ts';

/** Where it listens, and to whom it answers. */
export interface AuthPolicyAccess {
  host: string;
  port: number;
  /** Addresses that may connect: Dovecot's, which is on the same machine. */
  clients: readonly string[];
  /** Must stand in each question's `x-api-key`. */
  key: () => Promise<string>;
}

/** A question has a few hundred bytes. */
const maxBodyBytes = 16 * 1024;
const maxConnections = 256;

/** Listens until SIGTERM. Throws OperatorError when the port cannot be used. */
export async function serveAuthPolicy(
  policy: AuthPolicy,
  { host, port, clients, key }: AuthPolicyAccess,
): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response, { policy, key }).catch((error: unknown) => {
      console.error(error);
      answer(response, 500, {});
    });
  });
  server.maxConnections = maxConnections;
  const allowed = new BlockList();
  for (const address of clients) allowed.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  server.on('connection', (socket) => {
    const { remoteAddress = '', remoteFamily } = socket;
    if (!allowed.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4')) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new OperatorError(`[${host}]:${port}: ${error.message}; process the partition again`));
    });
    server.listen({ host, port, ipv6Only: host.includes(':') }, resolve);
  });
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { policy, key }: { policy: AuthPolicy; key: AuthPolicyAccess['key'] },
): Promise<void> {
  if (!isSame(String(request.headers['x-api-key']), await key())) return answer(response, 403, {});
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

/** Digests have one length, which timingSafeEqual asks for. */
function isSame(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
