/** Rules between fields that a schema cannot say. Each name is the sentence that a requester reads. */
import type { DefaultInputWritten } from '../../generated/types/mail-server/default-input.ts';

interface Rule {
  pointer: string;
  broken: (written: DefaultInputWritten) => boolean;
}

export const rules: Readonly<Record<string, Rule>> = {
  'is the port of a host that is not named; write "host" beside it, or remove it': {
    pointer: '/outbound-relay/port',
    broken: ({ 'outbound-relay': relay }) => relay?.port !== undefined && relay.host === undefined,
  },
  'holds a colon, which SMTP logins of Postfix cannot; ask the host for another user name': {
    pointer: '/outbound-relay/user',
    broken: ({ 'outbound-relay': relay }) => relay?.user?.includes(':') ?? false,
  },
  'begins or ends with a blank, which SMTP logins of Postfix cannot; remove it': {
    pointer: '/outbound-relay/user',
    broken: ({ 'outbound-relay': relay }) => relay?.user !== relay?.user?.trim(),
  },
  'begins or ends with a blank; remove it': {
    pointer: '/outbound-relay/password',
    broken: ({ 'outbound-relay': relay }) => relay?.password !== relay?.password?.trim(),
  },
  'holds a colon outside an IPv6 address; write the port as "port"': {
    pointer: '/outbound-relay/host',
    broken: ({ 'outbound-relay': relay }) => /^[^:]*:[^:]*$/.test(relay?.host ?? ''),
  },
};

export function brokenRules(written: DefaultInputWritten): string[] {
  return Object.entries(rules)
    .filter(([, { broken }]) => broken(written))
    .map(([sentence, { pointer }]) => `${pointer}: ${sentence}`);
}
