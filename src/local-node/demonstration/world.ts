/** Who is around the node: names and addresses outside of the partitions (see namespace/prepare.sh). */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';

import type { NodeLayout } from '../layout.ts';

export const mailDomains = { mail1: 'mail1.example.com', mail2: 'mail2.example.com' } as const;
export const relayHost = 'mx1.relay.example';

/** Stands in for a third party that takes mail to the world for those who log in. */
export const deliveryService = {
  name: 'delivery.example',
  host: 'fd00:3::1',
  port: 587,
  user: 'relay-1',
  password: 'password of relay-1',
} as const;

export const foreignDomain = 'foreign.example';
export const foreignHost = `mx.${foreignDomain}`;

/** That the relay's own address is missing is no mistake: it is known once the relay has its partition. */
export const records: readonly string[] = [
  ...Object.values(mailDomains).map((domain) => `${domain}. MX 10 ${relayHost}.`),
  `${deliveryService.name}. AAAA ${deliveryService.host}`,
  `${foreignDomain}. MX 10 ${foreignHost}.`,
];

/** An address in a network where nobody was before: greylisting gets to know networks after a while. */
export function strangerAddress(): string {
  return `fd00:2:${randomInt(0x10000).toString(16)}:${randomInt(0x10000).toString(16)}::1`;
}

/** What the demonstration keeps, absolute; the sockets' paths are short. */
export function demonstrationFiles({ directory }: NodeLayout) {
  const folder = join(directory, 'demo');
  return {
    /** Configuration of the name server. */
    names: join(folder, 'dns'),
    /** What the stand-in delivery service took, a file for each message. */
    delivered: join(folder, 'delivered'),
    /** Where connections come into the namespace. */
    entrance: join(folder, 'in.sock'),
  };
}
