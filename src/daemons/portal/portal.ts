/** The portal as a fastify application, not listening yet: routes, headers, limits, errors and log. */
import formBody from '@fastify/formbody';
import { fastify, type FastifyInstance, LogController } from 'fastify';

import { blamedOnNode, OperatorError } from '../../errors.ts';
import { ledgerStore } from '../../ledger/store.ts';
import { followFile } from '../kit/followed-file.ts';
import { logFile } from '../kit/log-file.ts';
import { addAdminPage } from './admin-page.ts';
import { attemptLimits } from './attempt-limits.ts';
import { BusyError } from './bcrypt.ts';
import { parsePortalConfig, type PortalConfig } from './config.ts';
import type { Portal } from './context.ts';
import { addHealth } from './health.ts';
import { loggedRequest } from './logged-fields.ts';
import { newMetrics } from './metrics.ts';
import { addMonitor } from './monitor.ts';
import { sendMessage } from './pages/message.ts';
import { addStylesheet } from './pages/stylesheet.ts';
import { addPasswordPage } from './password-page.ts';
import { addSecurityHeaders, setSecurityHeaders } from './security-headers.ts';

const maxBodyBytes = 16 * 1024;

/**
 * The portal, and its configuration at the start: socket, log, partition, and whether there are pages for accounts, stay
 * until the next start. Throws OperatorError when the configuration cannot be read.
 */
export async function buildPortal(
  configFile: string,
): Promise<{ app: FastifyInstance; config: PortalConfig }> {
  let report = (problem: string): void => console.error(problem);
  const followed = await followFile({
    path: configFile,
    parse: parsePortalConfig,
    content: 'the settings',
    report: (problem) => report(problem),
  });
  const config = followed.current;
  const portal: Portal = {
    config: followed,
    partition: config.partition,
    store: ledgerStore(config.partition),
    limits: attemptLimits(),
    metrics: newMetrics(),
  };
  const app = fastify({
    bodyLimit: maxBodyBytes,
    // A client that sends slowly is dropped; Apache keeps its own connections, and closes them first.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 90_000,
    // `<webmail-url>/password.php` has two slashes when the URL ends with one.
    routerOptions: { ignoreDuplicateSlashes: true },
    // Hop 0 is Apache, which decides by `trusted-proxies` who the client is. What else X-Forwarded-For holds is not believed.
    trustProxy: (_address: string, hop: number) => hop === 0,
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
  await app.register(formBody, { bodyLimit: maxBodyBytes });
  addSecurityHeaders(app);
  report = (problem) => app.log.error(problem);
  app.addHook('onRequest', async () => {
    await followed.latest();
  });
  app.addHook('onResponse', async (_request, reply) => {
    portal.metrics.countRequest(reply.statusCode);
  });
  addErrorPages(app, portal);

  addStylesheet(app);
  const { accounts } = config;
  if (accounts !== null) {
    const withPages = { ...portal, pages: () => followed.current.accounts ?? accounts };
    addAdminPage(app, withPages);
    addPasswordPage(app, withPages);
  }
  addHealth(app, portal);
  addMonitor(app, portal);
  return { app, config };
}

function addErrorPages(app: FastifyInstance, portal: Portal): void {
  app.setNotFoundHandler((_request, reply) => {
    sendMessage(reply, portal.config.current, 404);
  });
  app.setErrorHandler((raised: Error & { statusCode?: number }, request, reply) => {
    const error = blamedOnNode(raised) as typeof raised;
    const temporary = error instanceof OperatorError || error instanceof BusyError;
    const status = temporary ? 503 : (error.statusCode ?? 500);
    // An error that the client caused may quote its request, with secrets in it: it is not logged.
    if (temporary) request.log.error({ req: request }, error.message);
    else if (status >= 500) request.log.error({ req: request, err: error }, 'bug of slapos-mail');
    if (status === 503) void reply.header('Retry-After', '10');
    sendMessage(reply, portal.config.current, status);
  });
}
