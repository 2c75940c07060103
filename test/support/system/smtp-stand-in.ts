/** A next hop for outgoing mail, on loopback: a delivery service with login, or a relay that looks at client certificates. */
import {
  type Received,
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../../src/local-node/stand-ins/smtp-server.ts';
import { eventually } from './eventually.ts';

export type { Received } from '../../../src/local-node/stand-ins/smtp-server.ts';
export type StandIn = StandInSmtpServer;

/**
 * With `login` nobody sends without it. TLS is always wanted; with `submissions` it begins with the first byte, on port
 * 465. Recipients that match `unknown` are refused for good.
 */
export function startStandIn(
  login?: { user: string; password: string },
  { unknown, submissions = false }: { unknown?: RegExp; submissions?: boolean } = {},
): Promise<StandIn> {
  const passwords = login === undefined ? undefined : { [login.user]: login.password };
  return startStandInSmtpServer({
    host: '::1',
    ...(submissions ? { port: 465, implicitTls: true } : {}),
    passwords,
    refusal: (recipient) => (unknown?.test(recipient) ? '5.1.1 no such user' : undefined),
  });
}

/** The first message with `text` in it that it takes, headers included. */
export function taken({ received }: StandIn, text: string): Promise<Received> {
  return eventually(
    `"${text}" at its backend or delivery service`,
    () => received.find(({ source }) => source.includes(text)),
    30_000,
  );
}
