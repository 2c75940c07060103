/** What the log may hold of a request. */
import type { FastifyRequest } from 'fastify';

/** A request in a log line: without its query, which may carry a token. */
export function loggedRequest(request: Pick<FastifyRequest, 'method' | 'url'>): {
  method: string;
  path: string;
} {
  return { method: request.method, path: request.url.replace(/[?#].*$/s, '').slice(0, 200) };
}

/** A user as it may be logged: people type passwords into the wrong field, so only addresses of our domains are. */
export function loggedUser(user: string, mailDomains: readonly string[]): string {
  const domain = /^[^\s@]{1,64}@([^@]+)$/.exec(user)?.[1];
  return domain !== undefined && mailDomains.includes(domain) ? user : '(address of another domain)';
}
