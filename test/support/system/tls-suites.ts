/** Which suites of TLS 1.2 a server takes, tried by handshakes. */
import { expect } from 'chai';

import { connectLines, type Endpoint } from './line-client.ts';

/** How TLS begins on a port. */
export type TlsStart = 'at once' | 'imap' | 'sieve' | 'smtp';

const signed = (rest: string) => `ECDHE-RSA-${rest}:ECDHE-ECDSA-${rest}`;
const [first, second] = [signed('AES128-GCM-SHA256'), signed('AES256-GCM-SHA384')];

/** Without a certificate. */
const anonymous = ['ADH-AES128-GCM-SHA256', 'ADH-AES256-SHA', 'AECDH-AES128-SHA'];
/** Without forward secrecy, or without authenticated encryption. */
const weak = [
  ...['AES128-SHA', 'AES256-GCM-SHA384', 'AES128-GCM-SHA256', 'DHE-RSA-AES128-SHA'],
  ...[signed('AES128-SHA'), signed('AES128-SHA256'), signed('AES256-SHA384')],
];

/** The suite that the server takes of those that a client offers, in its order; null when it takes none. */
async function suiteTaken(endpoint: Endpoint, start: TlsStart, offered: string): Promise<string | null> {
  const client = await connectLines(endpoint);
  try {
    await beginTls[start](client);
    await client.secure({ maxVersion: 'TLSv1.2', ciphers: `${offered}:@SECLEVEL=0` });
    return client.suite() ?? null;
  } catch (error) {
    // What the handshake ends with when no suite is left, in OpenSSL's words.
    expect(String(error)).to.match(
      /handshake failure|ECONNRESET|socket disconnected|no cipher|insufficient/i,
    );
    return null;
  } finally {
    client.close();
  }
}

type Client = Awaited<ReturnType<typeof connectLines>>;
const beginTls: Readonly<Record<TlsStart, (client: Client) => Promise<unknown>>> = {
  'at once': async () => undefined,
  async imap(client) {
    await client.until(/^\* OK/);
    return client.command('a STARTTLS', /^a OK/);
  },
  async sieve(client) {
    await client.until(/^OK/);
    return client.command('STARTTLS', /^OK/);
  },
  async smtp(client) {
    await client.until(/^220 /);
    await client.command('EHLO client.example', /^250 /);
    return client.command('STARTTLS', /^220 /);
  },
};

/** `for servers`: opportunistic, where nobody logs in. */
export async function expectGoodSuites(
  endpoint: Endpoint,
  start: TlsStart,
  use: 'for people' | 'for servers' = 'for people',
): Promise<void> {
  const where = `${start} at ${endpoint.port}`;
  const chosen = await suiteTaken(endpoint, start, `${first}:${second}`);
  expect(chosen, where).to.match(/^ECDHE-.*-GCM-/);
  expect(await suiteTaken(endpoint, start, `${second}:${first}`), `order ${where}`).to.equal(chosen);
  for (const suite of [...anonymous, ...(use === 'for people' ? weak : [])])
    expect(await suiteTaken(endpoint, start, suite), `${suite} ${where}`).to.equal(null);
}
