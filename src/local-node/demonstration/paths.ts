/** The four paths of mail in the scenario (ARCHITECTURE.md, chapter 4); a message is sent along each. */
import { randomUUID } from 'node:crypto';

import type { LocalNode } from '../lifecycle/node.ts';
import { authenticationOf, type Receiver } from './authentication.ts';
import { deliveredMessage } from './delivered.ts';
import { type Hop, readHops } from './hops.ts';
import { type MailAccount, type MailService, type Message, receiveMessage, sendMessage } from './mailbox.ts';
import { type Attempt, sendFromOutside } from './outside-sender.ts';
import type { PersonWithPassword, ServerName } from './scenario.ts';
import { foreignDomain } from './world.ts';

export interface ShownHop extends Hop {
  authentication: string;
  /** Seconds between sending and this hop, by the header's time; null for a header without one. */
  since: number | null;
}

export interface ShownPath {
  title: string;
  /** Attempts of the outside sender, which greylisting puts off; empty for other senders. */
  attempts: Attempt[];
  hops: ShownHop[];
  /** Milliseconds from sending until the message was received. */
  duration: number;
}

/** The parts of the scenario that the paths use. */
export interface Places {
  node: LocalNode;
  accounts: Readonly<Record<PersonWithPassword, MailAccount>>;
  services: Readonly<Record<ServerName, MailService>>;
  receivers: Readonly<Record<string, Receiver>>;
  /** Folder of the messages that the stand-in delivery service received. */
  delivered: string;
}

export interface Path {
  title: string;
  /** Sends a message, and returns its source as received. */
  walk(places: Places, subject: string): Promise<{ source: string | Uint8Array; attempts?: Attempt[] }>;
}

const stranger = `someone@${foreignDomain}`;

export const paths: readonly Path[] = [
  {
    title: 'alice → bob, both on mail1',
    async walk({ services: { mail1 }, accounts: { alice, bob } }, subject) {
      await sendMessage(mail1, alice, message(bob.address, subject));
      return { source: await receiveMessage(mail1, bob, subject) };
    },
  },
  {
    title: 'alice on mail1 → charlie on mail2, through the relay',
    async walk({ services: { mail1, mail2 }, accounts: { alice, charlie } }, subject) {
      await sendMessage(mail1, alice, message(charlie.address, subject));
      return { source: await receiveMessage(mail2, charlie, subject) };
    },
  },
  {
    title: 'alice → the outside world, through relay and stand-in delivery service',
    async walk({ services: { mail1 }, accounts: { alice }, delivered }, subject) {
      await sendMessage(mail1, alice, message(stranger, subject));
      return { source: await deliveredMessage(delivered, subject) };
    },
  },
  {
    title: 'the outside world → alice, through the relay, which greylists',
    async walk({ services: { mail1 }, accounts: { alice } }, subject) {
      const attempts = await sendFromOutside(stranger, message(alice.address, subject));
      return { source: await receiveMessage(mail1, alice, subject), attempts };
    },
  },
];

/** Throws when the message does not arrive within half a minute. `number` counts from 1. */
export async function walkPath(places: Places, { title, walk }: Path, number: number): Promise<ShownPath> {
  const subject = `Path ${number}, ${randomUUID()}`;
  const sent = Math.floor(Date.now() / 1000);
  const began = performance.now();
  const { source, attempts = [] } = await walk(places, subject);
  const duration = performance.now() - began;
  const hops: ShownHop[] = [];
  for (const hop of await readHops(source)) {
    const since = hop.time === null ? null : Math.round(hop.time.getTime() / 1000 - sent);
    hops.push({ ...hop, since, authentication: await authenticationOf(places.node, hop, places.receivers) });
  }
  return { title: `Path ${number}: ${title}`, attempts, hops, duration };
}

const message = (to: string, subject: string): Message => ({ to, subject, text: 'Hello!\n' });
