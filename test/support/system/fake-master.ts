/** Something that answers at the URL of a SlapOS master and is none, or is one that fails at times. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeMaster {
  url: string;
  stop(): Promise<void>;
}

export async function startFakeMaster(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<FakeMaster> {
  const server = createServer((request, response) => {
    void Promise.resolve(answer(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Asks the real master at `serverUrl` and gives its answer on, as `change` makes it. */
export async function passOn(
  serverUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  change: (body: string) => string = (body) => body,
): Promise<void> {
  const form = await text(request);
  const answer = await fetch(new URL((request.url ?? '/').slice(1), serverUrl), {
    method: request.method ?? 'GET',
    headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
    ...(request.method === 'POST' ? { body: form } : {}),
  });
  response.writeHead(answer.status).end(change(await answer.text()));
}
