/** Generates load with Postfix's smtp-source: 20 sessions, 4 KB. A leg ends when its last message is in a mailbox. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { execa } from 'execa';

import type { Endpoint } from '../../support/system/line-client.ts';
import type { Cost } from '../measure.ts';
import { median } from '../measure.ts';

const sessions = 20;
const bytes = 4096;
const timeout = 120_000;

export interface Leg {
  endpoint: Endpoint;
}

export interface Mailboxes {
  /** Paths of the messages in all mailboxes. */
  messages(): Promise<string[]>;
  /** Waits for `expected` messages, and removes them. Throws when there are more, or fewer after the timeout. */
  empty(expected: number): Promise<void>;
}

/** `folder` holds all mailboxes of a mail server; `count` is the number of its mailboxes named `testmail`. */
export function watchMailboxes(folder: string, count: number): Mailboxes {
  const maildirs = async () => {
    const entries = await readdir(folder, { recursive: true });
    const wanted = entries.filter((path) => /\/testmail\/.*\/Maildir\/(new|cur)$/.test(path));
    return wanted.map((path) => join(folder, path));
  };
  let found: string[] = [];
  const messages = async () => {
    // Looks again until all are there: a mailbox is made with its first message.
    if (found.length < 2 * count) found = await maildirs();
    const lists = await Promise.all(
      found.map(async (path) => (await readdir(path)).map((name) => join(path, name))),
    );
    return lists.flat();
  };
  return {
    messages,
    async empty(expected) {
      const end = performance.now() + timeout;
      let there = await messages();
      while (there.length < expected && performance.now() < end) {
        await delay(50);
        there = await messages();
      }
      if (there.length !== expected)
        throw new Error(`${there.length} messages in the mailboxes, not ${expected}`);
      await Promise.all(there.map((path) => rm(path)));
    },
  };
}

interface Load {
  /** Number of messages; a multiple of the number of sessions. */
  messages: number;
  sender: string;
  recipients: readonly string[];
  mailboxes: Mailboxes;
}

/** Sends each message over a connection of its own, as mail servers of the outside world do. */
export async function measureLeg(
  { endpoint: { host, port } }: Leg,
  { messages, sender, recipients, mailboxes }: Load,
): Promise<Cost> {
  // Throws if the last leg delivered a message twice.
  await mailboxes.empty(0);
  const each = (all: number) => String(all / recipients.length);
  const start = performance.now();
  const sources = recipients.map((recipient) =>
    execa('smtp-source', [
      ...['-s', each(sessions), '-m', each(messages), '-l', String(bytes)],
      ...['-M', 'mx.world.example', '-f', sender, '-t', recipient, `[${host}]:${port}`],
    ]),
  );
  await Promise.all(sources);
  await mailboxes.empty(messages);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpuSeconds: NaN, mebibytes: NaN, output: '' };
}

export function messagesPerSecond(costs: readonly Cost[], messages: number): number {
  return median(costs.map(({ seconds }) => messages / seconds));
}
