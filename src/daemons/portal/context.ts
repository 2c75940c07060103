/** What all routes of the portal share. */
import type { FastifyRequest } from 'fastify';

import type { LedgerStore } from '../../ledger/store.ts';
import type { FollowedFile } from '../kit/followed-file.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { AccountPages, PortalConfig } from './config.ts';
import type { Metrics } from './metrics.ts';

export interface Portal {
  config: Pick<FollowedFile<PortalConfig>, 'current'>;
  /** Absolute path. */
  partition: string;
  store: LedgerStore;
  limits: AttemptLimits;
  metrics: Metrics;
}

/** With pages for accounts. */
export interface AccountPortal extends Portal {
  /** What they tell. */
  pages: () => AccountPages;
}

/** The client's address, which Apache tells: no other user can open the socket. */
export function clientOf(request: FastifyRequest): string {
  // A unix socket has no address, and fastify's type does not tell.
  const address: string | undefined = request.ip;
  return address ?? 'local';
}
