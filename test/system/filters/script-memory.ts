/** Filter scripts that take memory and time: of their own account's mail, and not of anybody else's. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { at } from '../../support/system/people.ts';
import type { FilteredServer } from './script-senders.ts';

/** Bytes that a process of Dovecot for deliveries may have, at most. */
const mostMemory = 512 * 1024 * 1024;

/** Watches until it is called: gives the peaks of address space, in bytes, of all processes with that command meanwhile. */
function watchPeaks(command: RegExp): () => Promise<number[]> {
  let isOver = false;
  const peaks = new Set<number>();
  const watching = (async () => {
    while (!isOver) {
      for (const peak of await peaksOf(command)) peaks.add(peak);
      await delay(20);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return [...peaks];
  };
}

async function peaksOf(command: RegExp): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      return { name: await read('comm'), status: await read('status') };
    }),
  );
  return texts.flatMap(({ name, status }) => {
    const [, kibibytes] = /^VmPeak:\s+(\d+) kB$/m.exec(status) ?? [];
    return command.test(name.trim()) && kibibytes !== undefined ? [Number(kibibytes) * 1024] : [];
  });
}

export function scriptMemory(filtered: () => FilteredServer): void {
  it('have regular expressions', async () => {
    const { script, send, arrives } = filtered();
    await script(
      'bob',
      'require ["regex", "fileinto", "mailbox"];\nif header :regex "Subject" "^order ([0-9]{4,6})(-[a-z]+)?$" { fileinto :create "Orders"; }\n',
    );
    expect(await send(at('bob'), 'order 12345-x')).to.equal('accepted');
    await arrives('bob', 'order 12345-x', 'Orders');
    expect(await send(at('bob'), 'order none')).to.equal('accepted');
    await arrives('bob', 'order none', 'INBOX');
  });

  it('do not get the memory of the machine by one: others have their mail meanwhile, and theirs is not lost', async () => {
    const { script, send, arrives, queue } = filtered();
    const greedy = (most: number) => `((a{1,${most}}){1,${most}})`;
    // Each pattern by itself is small enough to be uploaded, where it can be; together they are not.
    const text = (most: number) =>
      [
        'require "regex";',
        ...Array.from(
          { length: 8 },
          (_, index) => `if header :regex "X-Long" "^${index}${greedy(most)}$" { discard; }`,
        ),
      ].join('\n');
    await script('carol', 'keep;\n');
    const peaks = watchPeaks(/^(lmtp|managesieve)$/);
    const uploads: boolean[] = [];
    for (const most of [100, 150, 200, 255])
      uploads.push(
        await script('bob', text(most)).then(
          () => true,
          () => false,
        ),
      );
    expect(uploads).to.include(true);
    const subjects = ['greedy 1', 'greedy 2', 'greedy 3'];
    for (const subject of subjects)
      expect(await send(at('bob'), subject, `X-Long: 7${'a'.repeat(900)}b\r\n`)).to.equal('accepted');
    expect(await send(at('carol'), 'meanwhile')).to.equal('accepted');
    await arrives('carol', 'meanwhile', 'INBOX');
    await eventually(
      'it was tried',
      async () => {
        const inQueue = await queue();
        return (
          inQueue.includes('queue is empty') ||
          /\(.*(lost connection|temporar|timed out|Internal error)/i.test(inQueue)
        );
      },
      300_000,
    );
    await script('bob', 'keep;\n');
    await filtered().flush();
    for (const subject of subjects) await arrives('bob', subject, 'INBOX');
    const seen = await peaks();
    expect(seen).to.not.deep.equal([]);
    for (const peak of seen) expect(peak).to.be.at.most(mostMemory);
  });
}
