/** A mail server of the outside world: looks up the MX, delivers a message there, and retries after a 4xx reply. */
import { resolve6, resolveMx } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { createTransport } from 'nodemailer';

import type { Message } from './mailbox.ts';
import { greylistingDelay } from './scenario.ts';
import { foreignHost, strangerAddress } from './world.ts';

export interface Attempt {
  /** The relay's reply, such as `450 4.2.0 … Greylisted`. */
  answer: string;
  /** Milliseconds since the start of the first attempt. */
  since: number;
}

/** Port of the inbound service. In production, a router forwards port 25 to it. */
const inboundPort = 10025;
const maxAttempts = 5;

/** Sends a message; returns all attempts, of which the last was accepted. Throws when the message is refused (5xx). */
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
      if (responseCode === undefined || responseCode >= 500 || attempts.length === maxAttempts) throw error;
    }
    // Real mail servers wait for minutes; the scenario sets the relay's greylisting delay to seconds.
    await delay((greylistingDelay + 1) * 1000);
  }
}
