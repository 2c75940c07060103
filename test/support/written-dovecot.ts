/** Dovecot of a written partition, without the protocols that listen on ports: only who exists can be asked. */
import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';

import type { WrittenPartition } from './written-partition.ts';

export type Doveadm = (...words: string[]) => ReturnType<WrittenPartition['run']>;

/** Starts it; `doveadm('stop')` ends it. */
export async function startDovecot(partition: WrittenPartition): Promise<Doveadm> {
  const configuration = partition.at('etc/dovecot/users-only.conf');
  const text = await readFile(partition.at('etc/dovecot/dovecot.conf'), 'utf8');
  await writeFile(configuration, text.replace('protocols = imap lmtp sieve', 'protocols = lmtp'));
  const { exitCode, stderr } = await partition.run(
    'sh',
    '-c',
    // What goes on in the background must not hold on to this command's output.
    `${partition.place.programs['dovecot'] ?? 'dovecot'} -c ${configuration} >/dev/null 2>&1`,
  );
  expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  return (...words) => partition.run('doveadm', '-c', configuration, ...words);
}
