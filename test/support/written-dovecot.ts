/** Dovecot of a written partition, without the protocols that listen on ports: only who exists can be asked. */
import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';

import type { WrittenPartition } from './written-partition.ts';

export type Doveadm = (...words: string[]) => ReturnType<WrittenPartition['run']>;

/** Starts it, with `change` made to its configuration; `doveadm('stop')` ends it. */
export async function startDovecot(
  partition: WrittenPartition,
  path = 'etc/dovecot/dovecot.conf',
  change: (text: string) => string = (text) => text,
): Promise<Doveadm> {
  const configuration = partition.at(`${path}.users-only`);
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
