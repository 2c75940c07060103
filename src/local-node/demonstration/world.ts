/** Names and addresses around the node: those that belong to no partition (address ranges: namespace/prepare.sh). */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';

import type { NodeLayout } from '../layout.ts';

export const mailDomains = { mail1: 'mail1.example.com', mail2: 'mail2.example.com' } as const;
export const relayHost = 'mx1.relay.example';

/** The stand-in for a third party's SMTP server, which delivers mail of its customers, who log in, to the world. */
export const deliveryService = {
  name: 'delivery.example',
  host: 'fd00:3::1',
  port: 587,
  user: 'relay-1',
  password: 'password of relay-1',
} as const;

export const foreignDomain = 'foreign.example';
export const foreignHost = `mx.${foreignDomain}`;

/** DNS records. The address of the relay is added later, when the relay has its partition. */
export const records: readonly string[] = [
  ...Object.values(mailDomains).map((domain) => `${domain}. MX 10 ${relayHost}.`),
  `${deliveryService.name}. AAAA ${deliveryService.host}`,
  `${foreignDomain}. MX 10 ${foreignHost}.`,
];

/** An address in a new network each time, because greylisting remembers networks. */
export function strangerAddress(): string {
  return `fd00:2:${randomInt(0x10000).toString(16)}:${randomInt(0x10000).toString(16)}::1`;
}

/** Absolute paths of the demonstration's files. They are short, because a unix socket's path has at most 107 bytes. */
export function demonstrationFiles({ directory }: NodeLayout) {
  const folder = join(directory, 'demo');
  return {
    /** Folder of the name server's configuration. */
    names: join(folder, 'dns'),
    /** Folder of the messages that the stand-in delivery service received, a file for each. */
    delivered: join(folder, 'delivered'),
    /** Unix socket by which forwarded connections enter the namespace. */
    entrance: join(folder, 'in.sock'),
  };
}
