/** HTTP Basic authentication of the user `admin` with a secret of the ledger (RFC 7617). */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { clientOf, type Portal } from './context.ts';
import { readLedger } from '../../ledger/store.ts';
import { sendMessage } from './pages/message.ts';

/** What a page is guarded with: the ledger secret's name, and the realm that the browser's question shows. */
export interface Guard {
  secret: 'webmail-admin-password' | 'monitor-password';
  realm: string;
}

/** Whether the request may go on; otherwise 401 or 429 has been sent. Throws OperatorError without a ledger. */
export async function passesGuard(
  portal: Portal,
  guard: Guard,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const given = parseCredentials(request.headers.authorization);
  if (given === null) return refuse(guard, portal, reply);
  const client = clientOf(request);
  const wait = await portal.limits.begin(client, guard.secret);
  if (wait !== null) {
    portal.metrics.countFailure('limited');
    request.log.warn({ client, page: guard.realm, result: 'limited' }, 'log-in');
    void reply.header('Retry-After', `${wait}`);
    sendMessage(reply, portal.config.current, 429);
    return false;
  }
  if (await knowsSecret(portal, guard, given)) {
    await portal.limits.forgive(client, guard.secret);
    return true;
  }
  portal.metrics.countFailure('denied');
  request.log.warn({ client, page: guard.realm, result: 'denied' }, 'log-in');
  return refuse(guard, portal, reply);
}

async function knowsSecret(portal: Portal, guard: Guard, given: Credentials): Promise<boolean> {
  const expected = (await readLedger(portal.store)).secrets[guard.secret];
  const userFits = sameText(given.user, 'admin');
  const passwordFits = sameText(given.password, expected ?? '');
  return userFits && passwordFits && expected !== undefined;
}

function refuse(guard: Guard, portal: Portal, reply: FastifyReply): false {
  void reply.header('WWW-Authenticate', `Basic realm="${guard.realm}", charset="UTF-8"`);
  sendMessage(reply, portal.config.current, 401);
  return false;
}

interface Credentials {
  user: string;
  password: string;
}

function parseCredentials(header: string | undefined): Credentials | null {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return user === undefined || password === undefined ? null : { user, password };
}

/** Equality in constant time, whatever the lengths. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
