import { setTimeout as delay } from 'node:timers/promises';

import { request } from 'undici';

import { OperatorError } from '../errors.ts';
import type { Call, Reply, Route } from './call.ts';
import { adviceFor, codeOf, excerpt, failure, MasterRefusal, reasonOf, urlOf } from './failure.ts';

/** Milliseconds before each retry after a failed connection. */
const retryDelays = [200, 800] as const;
const connectionFailures = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN']);

/** Calls the master, and returns a reply with status 200 or an expected one. Throws OperatorError for any other. */
export async function callMaster(route: Route, call: Call): Promise<Reply> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send(route, call);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      const retryDelay = retryDelays[attempt];
      if (!call.idempotent || retryDelay === undefined || !connectionFailures.has(codeOf(error))) {
        throw failure(
          route,
          call,
          `${reasonOf(error)}${attempt > 0 ? `, tried ${attempt + 1} times` : ''}`,
          adviceFor(error),
        );
      }
      await delay(retryDelay);
    }
  }
}

async function send(route: Route, call: Call): Promise<Reply> {
  const form = call.method === 'POST' ? new URLSearchParams(call.fields).toString() : null;
  const response = await request(urlOf(route, call), {
    method: call.method,
    dispatcher: route.dispatcher,
    headers: {
      ...route.headers,
      ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: form,
  });
  const status = response.statusCode;
  const body = await response.body.text();
  if (status === 200 || call.expected?.includes(status)) return { status, body };
  const answered = `it answered ${status} (${excerpt(call, body)})`;
  if (status === 401 || status === 403) {
    throw failure(route, call, answered, "Check that the partition's certificate is its own and valid");
  }
  const advice = "Look at the master's log, and check the URL; the next processing asks again";
  throw failure(route, call, answered, advice, MasterRefusal);
}
