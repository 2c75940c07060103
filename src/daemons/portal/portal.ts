/** The portal as a fastify application, not listening yet: routes, headers, limits, errors and log. */
import { isIP } from 'node:net';

import formBody from '@fastify/formbody';
import { fastify, type FastifyInstance, LogController } from 'fastify';

import { blamedOnNode, OperatorError } from '../../errors.ts';
import { ledgerStore } from '../../ledger/store.ts';
import { addAdminPage } from './admin-page.ts';
import { attemptLimits } from './attempt-limits.ts';
import { BusyError } from './bcrypt.ts';
import type { PortalConfig } from './config.ts';
import type { Portal } from './context.ts';
import { followConfig } from './follow-config.ts';
import { addHealth } from './health.ts';
import { loggedRequest, logFile } from './log.ts';
import { newMetrics } from './metrics.ts';
import { addMonitor } from './monitor.ts';
import { sendMessage } from './pages/message.ts';
import { addStylesheet } from './pages/stylesheet.ts';
import { addPasswordPage } from './password-page.ts';
import { addSecurityHeaders, setSecurityHeaders } from './security-headers.ts';

const largestBody = 16 * 1024;

export async function buildPortal(config: PortalConfig): Promise<FastifyInstance> {
  const portal: Portal = {
    config: followConfig(config),
    store: ledgerStore(config.partition),
    limits: attemptLimits(),
    metrics: newMetrics(),
  };
  const app = fastify({
    bodyLimit: largestBody,
    // A client that sends slowly is dropped; Apache keeps its own connections, and closes them first.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 90_000,
    // `<webmail-url>/password.php` has two slashes when the URL ends with one.
    routerOptions: { ignoreDuplicateSlashes: true },
    trustProxy: (address: string, hop: number) =>
      // Hop 0 is Apache; what stands before it in X-Forwarded-For is what a client claims.
      hop === 0 || portal.config.current.trustedProxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
    logController: new LogController({ disableRequestLogging: true }),
    logger: {
      stream: logFile(config.log),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { req: loggedRequest },
    },
    frameworkErrors: (error, _request, reply) => {
      setSecurityHeaders(reply);
      sendMessage(reply, portal.config.current, error.statusCode ?? 400);
    },
  });

  // Forms only: no JSON, no text, whatever a page elsewhere may post.
  app.removeAllContentTypeParsers();
  await app.register(formBody, { bodyLimit: largestBody });
  addSecurityHeaders(app);
  app.addHook('onRequest', async (request) => {
    await portal.config.refresh((error) => {
      request.log.error(`${error.message}; the settings before stay in use`);
    });
  });
  app.addHook('onResponse', async (_request, reply) => {
    portal.metrics.countRequest(reply.statusCode);
  });
  addErrorPages(app, portal);

  addStylesheet(app);
  if (config.accounts) {
    addAdminPage(app, portal);
    addPasswordPage(app, portal);
  }
  addHealth(app, portal);
  addMonitor(app, portal);
  return app;
}

function addErrorPages(app: FastifyInstance, portal: Portal): void {
  app.setNotFoundHandler((_request, reply) => {
    sendMessage(reply, portal.config.current, 404);
  });
  app.setErrorHandler((raised: Error & { statusCode?: number }, request, reply) => {
    const error = blamedOnNode(raised) as typeof raised;
    const temporary = error instanceof OperatorError || error instanceof BusyError;
    const status = temporary ? 503 : (error.statusCode ?? 500);
    // A client's error may quote the request, so only ours are logged.
    if (temporary) request.log.error({ req: request }, error.message);
    else if (status >= 500) request.log.error({ req: request, err: error }, 'a bug of ours');
    if (status === 503) void reply.header('Retry-After', '10');
    sendMessage(reply, portal.config.current, status);
  });
}
