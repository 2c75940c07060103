import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of `host` that nobody listens on. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
