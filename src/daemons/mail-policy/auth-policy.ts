/** Dovecot's auth policy protocol: a question before each log-in, a report after it; JSON by HTTP. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { OperatorError } from '../../errors.ts';
import { clientNetwork } from '../kit/client-network.ts';
import type { LogInLimits } from './config.ts';
import { logInAttempts, type LogInAttempts } from './log-in-attempts.ts';
import { durationOf } from './sending-counts.ts';

export interface AuthPolicy {
  /** Addresses that may connect: Dovecot's, which is on the same machine. */
  clients: readonly string[];
  /** Must stand in each question's `x-api-key`. */
  key: () => Promise<string>;
  limits: () => Promise<LogInLimits>;
  /** Login name, lower case → its password's hash as Dovecot knows it; null for none. */
  passwords: () => Promise<ReadonlyMap<string, string | null>>;
  /** When they were read last; milliseconds since the epoch. */
  passwordsReadAt: () => number;
}

interface Question {
  login: string;
  remote: string;
  success?: boolean;
  policy_reject?: boolean;
}

/** A question has a few hundred bytes. */
const maxBodyBytes = 16 * 1024;
const maxConnections = 256;
/**
 * Milliseconds after a change for which Dovecot may still use the old password: it looks at its file once a second. An
 * answer before that would let the right password fail, and count as a failure.
 */
const dovecotDelay = 1_050;

/** Listens until SIGTERM. Throws OperatorError when the port cannot be used. */
export async function serveAuthPolicy(
  policy: AuthPolicy,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const attempts = logInAttempts();
  const changes: Changes = new Map();
  const server = createServer((request, response) => {
    handle(request, response, { policy, attempts, changes }).catch((error: unknown) => {
      console.error(error);
      answer(response, 500, {});
    });
  });
  server.maxConnections = maxConnections;
  const clients = new BlockList();
  for (const address of policy.clients) clients.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  server.on('connection', (socket) => {
    const { remoteAddress = '', remoteFamily } = socket;
    if (!clients.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4')) socket.destroy();
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
  { policy, attempts, changes }: { policy: AuthPolicy; attempts: LogInAttempts; changes: Changes },
): Promise<void> {
  if (!isSame(String(request.headers['x-api-key']), await policy.key())) return answer(response, 403, {});
  const body = await readBody(request);
  if (body === null) return answer(response, 413, {});
  const question = parseQuestion(body);
  if (question === null) return answer(response, 400, {});
  const limits = await policy.limits();
  const account = await accountOf(question, policy);
  const command = new URL(request.url ?? '/', 'http://policy').searchParams.get('command');
  if (account === null) return answer(response, 200, goOn);
  const key = `${account.name} ${account.digest} ${clientNetwork(question.remote)}`;
  if (command === 'allow') {
    await delay(noteChange(changes, account, policy.passwordsReadAt()) + dovecotDelay - Date.now());
    const outcome = await attempts.begin(key, limits);
    return answer(response, 200, outcome === 'allowed' ? goOn : refusal(outcome));
  }
  if (command === 'report' && question.policy_reject !== true)
    await attempts.end(key, question.success === true ? 'success' : 'failure', limits);
  answer(response, 200, goOn);
}

const goOn = { status: 0, msg: '' };

function refusal(wait: number): typeof goOn {
  return { status: -1, msg: `too many failed log-ins from your address; try again in ${durationOf(wait)}` };
}

/**
 * Whose failures count together: those of one client at one account with one password, so that a new password
 * starts at none. Null for names that have no account: made-up names must not cost memory.
 */
async function accountOf({ login, remote }: Question, { passwords }: AuthPolicy): Promise<Account | null> {
  const name = login.toLowerCase();
  const password = (await passwords()).get(name);
  if (password === undefined || remote === '') return null;
  return {
    name,
    digest: createHash('sha256')
      .update(password ?? '')
      .digest('base64url')
      .slice(0, 16),
  };
}

interface Account {
  name: string;
  /** Of the password's hash. */
  digest: string;
}

/** Account → its password as it was last seen, and when it was seen to be new. */
type Changes = Map<string, { digest: string; since: number }>;

/** When the password became what it is, as far as is known: for an account not asked about yet, when the file was read. */
function noteChange(changes: Changes, { name, digest }: Account, readAt: number): number {
  const known = changes.get(name);
  if (known?.digest === digest) return known.since;
  const since = known === undefined ? readAt : Date.now();
  changes.set(name, { digest, since });
  return since;
}

function parseQuestion(body: string): Question | null {
  try {
    const { login, remote, success, policy_reject } = JSON.parse(body) as Record<string, unknown>;
    if (typeof login !== 'string' || typeof remote !== 'string') return null;
    return { login, remote, success: success === true, policy_reject: policy_reject === true };
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
