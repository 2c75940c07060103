/** The log: JSON lines for what matters. Apache logs each request; here are attempts, problems, start and stop. */
import { appendFileSync } from 'node:fs';

import type { FastifyRequest } from 'fastify';

/**
 * Opened for each line: a log that was rotated by renaming goes on in a new file, and a full disk costs lines, not
 * the service.
 */
export function logFile(path: string): { write(line: string): void } {
  return {
    write(line) {
      try {
        appendFileSync(path, line, { mode: 0o600 });
      } catch {
        // There is no other place to report it, and a password can be set without a log.
      }
    },
  };
}

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
  return domain !== undefined && mailDomains.includes(domain) ? user : '(not an address of ours)';
}
