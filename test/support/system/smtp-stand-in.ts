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
 * 465. Recipients that match `unknown` are refused for good, those that match `busy` for now; `onReceived` is
 * waited for before a message is taken.
 */
export function startStandIn(
  login?: { user: string; password: string },
  {
    unknown,
    busy,
    onReceived,
    submissions = false,
  }: {
    unknown?: RegExp;
    busy?: RegExp;
    onReceived?: (message: Received) => Promise<void>;
    submissions?: boolean;
  } = {},
): Promise<StandIn> {
  const passwords = login === undefined ? undefined : { [login.user]: login.password };
  return startStandInSmtpServer({
    host: '::1',
    ...(submissions ? { port: 465, implicitTls: true } : {}),
    passwords,
    ...(onReceived === undefined ? {} : { onReceived }),
    refusal(recipient) {
      if (unknown?.test(recipient)) return '5.1.1 no such user';
      return busy?.test(recipient) ? '451 4.3.2 come again later' : undefined;
    },
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
