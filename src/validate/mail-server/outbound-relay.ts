/** Rules for the smarthost of a mail server that a schema cannot say: what Postfix cannot write into its tables. Pure. */
import type { DefaultInputWritten } from '../../generated/types/mail-server/default-input.ts';
import { parseServer } from '../../names/server.ts';
import { isTrimmed, type Rule } from '../rules.ts';

type WrittenRelay = NonNullable<DefaultInputWritten['outbound-relay']>;

const hasPort = /^[^:]*:[^:]*$/;

export const outboundRelayRules: readonly Rule<WrittenRelay>[] = [
  {
    check: ({ host, port }) => port === undefined || host !== undefined,
    message: 'is the port of a host that is not named; write "host" beside it, or remove it',
    pointer: '/port',
  },
  {
    check: ({ user }) => !user?.includes(':'),
    message: 'holds a colon, which SMTP logins of Postfix cannot; ask the host for another user name',
    pointer: '/user',
  },
  {
    check: ({ user }) => isTrimmed(user),
    message: 'begins or ends with a blank, which SMTP logins of Postfix cannot; remove it',
    pointer: '/user',
  },
  {
    check: ({ password }) => isTrimmed(password),
    message: 'begins or ends with a blank; remove it',
    pointer: '/password',
  },
  {
    check: ({ host = '' }) => !hasPort.test(host),
    message: 'holds a colon outside an IPv6 address; write the port as "port"',
    pointer: '/host',
  },
  {
    check: ({ host }) => host === undefined || hasPort.test(host) || parseServer(host) !== null,
    message: 'is no name of a host and no address that a server has; write one such as smtp.example.com',
    pointer: '/host',
  },
];
