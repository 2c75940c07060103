/** Dovecot of a written partition, without the protocols that listen on ports: only who exists can be asked. */
import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';

import { connectLines } from './system/line-client.ts';
import type { WrittenPartition } from './written-partition.ts';

export type Doveadm = (...words: string[]) => ReturnType<WrittenPartition['run']>;

const usual = 'etc/dovecot/dovecot.conf';
const configurationOf = (partition: WrittenPartition, path = usual): string =>
  partition.at(`${path}.users-only`);

/** Starts it, with `change` made to its configuration; `doveadm('stop')` ends it. */
export async function startDovecot(
  partition: WrittenPartition,
  path = usual,
  change: (text: string) => string = (text) => text,
): Promise<Doveadm> {
  const configuration = configurationOf(partition, path);
  const text = await readFile(partition.at(path), 'utf8');
  await writeFile(configuration, change(text.replace('protocols = imap lmtp sieve', 'protocols = lmtp')));
  const { exitCode, stderr } = await partition.run(
    'sh',
    '-c',
    // What goes on in the background must not hold on to this command's output.
    `${partition.place.programs['dovecot'] ?? 'dovecot'} -c ${configuration} >/dev/null 2>&1`,
  );
  expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  return (...words) => partition.run('doveadm', '-c', configuration, ...words);
}

/**
 * One IMAP session of `user`, who need not log in. Each command is a line without its tag; its literals are written
 * `{5+}` and go on in the next line. Returns for each all lines that answer it, the tagged one last and without its tag.
 */
export async function imapAnswers(
  partition: WrittenPartition,
  user: string,
  commands: readonly string[],
): Promise<string[][]> {
  const lines = commands.map((command, index) => `t${index} ${command}\r\n`);
  const { stdout } = await partition.runWith(
    `${lines.join('')}bye LOGOUT\r\n`,
    'doveadm',
    ...['-c', configurationOf(partition), 'exec', 'imap', '-u', user],
  );
  const answers: string[][] = [];
  let untagged: string[] = [];
  for (const line of stdout.split('\n').map((each) => each.replace(/\r$/, ''))) {
    const [, index, rest] = /^t(\d+) (.*)$/.exec(line) ?? [];
    if (index === undefined || rest === undefined) untagged.push(line);
    else {
      answers[Number(index)] = [...untagged, rest];
      untagged = [];
    }
  }
  return answers;
}

/** What LMTP says at the end of a message to `user`. */
export async function deliverByLmtp(
  partition: WrittenPartition,
  user: string,
  message: string,
): Promise<string> {
  const client = await connectLines({ path: partition.at('var/run/dovecot/lmtp') });
  const reply = /^\d{3} /;
  try {
    await client.until(reply);
    for (const line of ['LHLO test', 'MAIL FROM:<>', `RCPT TO:<${user}>`, 'DATA'])
      await client.command(line, reply);
    return await client.command(`${message.replaceAll('\n', '\r\n')}\r\n.`, reply);
  } finally {
    client.close();
  }
}
