/** How mail to other servers leaves a mail server. Pure. */
import type { MailServerRequest } from '../../validate/mail-server/request.ts';
import { parseServer } from '../../names/server.ts';
import { isTlsImplicit } from '../implicit-tls.ts';

export type Outbound =
  | { kind: 'direct' }
  | { kind: 'relay' }
  | {
      kind: 'smarthost';
      host: string;
      port: number;
      implicitTls: boolean;
      login: { user: string; password: string } | null;
    };

export function outboundOf(parameters: MailServerRequest['parameters']): Outbound {
  const written = parameters['outbound-relay'];
  const { enable, host, port, user, password } = written;
  if (!enable) return { kind: 'direct' };
  if (host === undefined) return parameters['inbound-relay'].enable ? { kind: 'relay' } : { kind: 'direct' };
  const login = user === undefined || password === undefined ? null : { user, password };
  return {
    kind: 'smarthost',
    host: parseServer(host) ?? host,
    port,
    implicitTls: isTlsImplicit(written),
    login,
  };
}
