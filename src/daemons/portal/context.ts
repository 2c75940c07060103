/** What all routes of the portal share. */
import type { FastifyRequest } from 'fastify';

import type { LedgerStore } from '../../ledger/store.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { ConfigSource } from './follow-config.ts';
import type { Metrics } from './metrics.ts';

export interface Portal {
  config: ConfigSource;
  store: LedgerStore;
  limits: AttemptLimits;
  metrics: Metrics;
}

/** The client's address as Apache saw it; nothing but Apache can open the socket. */
export function clientOf(request: FastifyRequest): string {
  // A unix socket has no address, and fastify's type does not tell.
  const address: string | undefined = request.ip;
  return address ?? 'local';
}
