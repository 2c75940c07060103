/** Rules for delivery services that a schema cannot say: what Postfix cannot write into its tables. Pure. */
import type { RelayInput } from '../generated/types/mail-server-relay/relay-input.ts';
import { parseServer } from '../names/server.ts';
import { brokenRules, isTrimmed, type Rule } from './rules.ts';

export type DeliveryServices = RelayInput['proxy-map'];

const rules: readonly Rule<DeliveryServices[string]>[] = [
  {
    check: ({ host }) => parseServer(host) !== null,
    message: 'is no name of a host and no address that a server has; write one such as smtp.example.com',
    pointer: '/host',
  },
  {
    check: ({ user }) => !user?.includes(':'),
    message: 'holds a colon, which SMTP logins of Postfix cannot; ask for another user name',
    pointer: '/user',
  },
  {
    check: ({ user }) => isTrimmed(user),
    message: 'begins or ends with a blank; remove it',
    pointer: '/user',
  },
  {
    check: ({ password }) => isTrimmed(password),
    message: 'begins or ends with a blank; remove it',
    pointer: '/password',
  },
];

/** One sentence for each problem; `pointer`: where the services stand. */
export function deliveryServiceProblems(services: DeliveryServices, pointer: string): string[] {
  return Object.entries(services).flatMap(([id, service]) => brokenRules(rules, service, `${pointer}/${id}`));
}
