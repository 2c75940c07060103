/** `GET /health`: whether passwords could be read just now. Public, so the reason is short and names no path. */
import type { FastifyInstance } from 'fastify';

import type { Portal } from './context.ts';
import { readLedger } from '../../ledger/store.ts';

export function addHealth(app: FastifyInstance, portal: Portal): void {
  app.get('/health', async (request, reply) => {
    try {
      await readLedger(portal.store);
      return { status: 'ok' };
    } catch (error) {
      request.log.error(`health: ${(error as Error).message}`);
      return reply.code(503).send({ status: 'unavailable', reason: 'the ledger cannot be read' });
    }
  });
}
