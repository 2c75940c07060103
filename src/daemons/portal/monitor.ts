/** `/monitor/…`: what Apache serves as the root of the monitor's own port. All of it needs the monitor's password. */
import type { FastifyInstance } from 'fastify';

import { passesGuard } from './basic-auth.ts';
import type { Portal } from './context.ts';
import { feedList, promiseFeed } from './feeds.ts';
import { readLedger } from '../../ledger/store.ts';
import { monitorPage } from './pages/monitor.ts';
import { sendMessage } from './pages/message.ts';
import { sendPage } from './pages/render.ts';
import { readPromiseResults } from './facts/promise-results.ts';

const guard = { secret: 'monitor-password', realm: 'Monitor' } as const;
/** SlapOS's monitoring application, which `monitor-setup-url` opens; it reads the feeds from the user's browser. */
const monitoringApplication = 'https://monitor.app.officejs.com';

export function addMonitor(app: FastifyInstance, portal: Portal): void {
  const promises = () => readPromiseResults(portal.partition);
  const pages = async (scope: FastifyInstance): Promise<void> => {
    scope.addHook('onRequest', async (request, reply) => {
      if (request.headers.origin === monitoringApplication) {
        void reply.header('Access-Control-Allow-Origin', monitoringApplication);
        void reply.header('Access-Control-Allow-Headers', 'Authorization');
        void reply.header('Vary', 'Origin');
      }
      // A browser's preflight request never carries a password.
      if (request.method === 'OPTIONS') return;
      if (!(await passesGuard(portal, guard, request, reply))) return reply;
      return;
    });
    scope.setNotFoundHandler((_request, reply) => {
      sendMessage(reply, portal.config.current, 404);
    });
    scope.options('/*', async (_request, reply) => reply.code(204).send());
    scope.get('/', async (_request, reply) => {
      const { title } = portal.config.current;
      return sendPage(reply, monitorPage({ title, results: await promises() }));
    });
    scope.get('/public/feeds', async (_request, reply) => {
      const { title } = portal.config.current;
      return reply.type('text/x-opml; charset=utf-8').send(feedList(title, baseUrl(portal)));
    });
    scope.get('/public/promises.rss', async (_request, reply) => {
      const { title } = portal.config.current;
      const feed = promiseFeed(title, baseUrl(portal), await promises(), new Date());
      return reply.type('application/rss+xml; charset=utf-8').send(feed);
    });
    scope.get('/metrics', async (_request, reply) => {
      const text = portal.metrics.text(await readLedger(portal.store), await promises());
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    });
  };
  app.register(pages, { prefix: '/monitor' });
}

/** The monitor's URL without a slash at the end. */
function baseUrl(portal: Portal): string {
  return portal.config.current.monitorUrl.replace(/\/+$/, '');
}
