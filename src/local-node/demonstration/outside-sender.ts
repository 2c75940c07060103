/** A mail server of the outside world: looks the MX up, brings its message there, and comes again when told to. */
import { resolve6, resolveMx } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { createTransport } from 'nodemailer';

import type { Message } from './mailbox.ts';
import { greylistingDelay } from './scenario.ts';
import { foreignHost, strangerAddress } from './world.ts';

export interface Attempt {
  /** What the relay answered, such as `450 4.2.0 … Greylisted`. */
  answer: string;
  /** Milliseconds since the first attempt began. */
  since: number;
}

/** The inbound service's port; the world comes to it by way of port 25 of some router. */
const inboundPort = 10025;
const mostAttempts = 5;

/** All attempts, the last of which was accepted. Rejects when one is refused for good. */
export async function sendFromOutside(from: string, message: Message): Promise<Attempt[]> {
  const [exchange] = await resolveMx(message.to.replace(/.*@/, ''));
  if (exchange === undefined) throw new Error(`${message.to}: its domain has no MX record`);
  const [address] = await resolve6(exchange.exchange);
  const transport = createTransport({
    host: address,
    port: inboundPort,
    name: foreignHost,
    localAddress: strangerAddress(),
    tls: { rejectUnauthorized: false },
  });
  const began = performance.now();
  const attempts: Attempt[] = [];
  for (;;) {
    const since = performance.now() - began;
    try {
      const { response } = await transport.sendMail({ from, ...message });
      return [...attempts, { answer: response, since }];
    } catch (error) {
      const { responseCode, response } = error as { responseCode?: number; response?: string };
      attempts.push({ answer: response ?? String(error), since });
      if (responseCode === undefined || responseCode >= 500 || attempts.length === mostAttempts) throw error;
    }
    // Real ones wait for minutes, and the relay's operator asks for them.
    await delay((greylistingDelay + 1) * 1000);
  }
}
