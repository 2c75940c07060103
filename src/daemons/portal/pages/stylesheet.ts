/** The style sheet, at two addresses: Apache shows `/monitor/` as the root of the monitor's own port. */
import type { FastifyInstance, FastifyReply } from 'fastify';

import { css } from './css.ts';

export function addStylesheet(app: FastifyInstance): void {
  const send = (reply: FastifyReply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('Cache-Control', 'public, max-age=31536000, immutable')
      .send(css);
  app.get('/portal.css', async (_request, reply) => send(reply));
  // Without a password, which the page that asks for one needs as well.
  app.get('/monitor/portal.css', async (_request, reply) => send(reply));
}
