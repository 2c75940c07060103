/** A next hop for outgoing mail, on loopback: a delivery service with login, or a relay that looks at client certificates. */
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../../src/node/stand-ins/stand-in-smtp-server.ts';

export type StandIn = StandInSmtpServer;

/** With `login` nobody sends without it. TLS is always wanted. */
export function startStandIn(login?: { user: string; password: string }): Promise<StandIn> {
  const passwords = login === undefined ? undefined : { [login.user]: login.password };
  return startStandInSmtpServer({ host: '::1', passwords });
}
