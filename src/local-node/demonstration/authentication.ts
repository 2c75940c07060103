/** How the sender of a hop proved who it is. What headers do not tell (they go out to the world) daemons' logs do. */
import { basename, join } from 'node:path';

import type { LocalNode } from '../node.ts';
import { runAsUser } from '../run-as-user.ts';
import type { Hop } from './hops.ts';

/** An instance that takes mail over. */
export interface Receiver {
  /** Its partition's folder. */
  partition: string;
  /** Of its Postfix services, in the partition. */
  logs: readonly string[];
}

/** In words; `receivers` by what they call themselves. */
export async function authenticationOf(
  node: LocalNode,
  hop: Hop,
  receivers: Readonly<Record<string, Receiver>>,
): Promise<string> {
  if (hop.protocol === 'LMTP') return 'same user, unix socket';
  if (hop.login !== null) return `login ${hop.login}`;
  const login = /sasl_username=([^,\s]+)/.exec(await logLines(node, hop, receivers))?.[1];
  if (login !== undefined) return `login ${login}`;
  return hop.certificate === null ? 'none' : `certificate of ${hop.certificate}`;
}

/** Lines about the message in the logs of who took it over. */
async function logLines(
  node: LocalNode,
  { by, id }: Hop,
  receivers: Readonly<Record<string, Receiver>>,
): Promise<string> {
  const receiver = receivers[by];
  if (receiver === undefined || id === null) return '';
  const files = receiver.logs.map((log) => join(receiver.partition, 'var/log', basename(log)));
  return (await runAsUser(node, ['grep', '-hsF', ` ${id}: `, ...files])).output;
}
