/** How the client of a hop authenticated. Logs tell what Received headers, which the recipient sees, do not. */
import { basename, join } from 'node:path';

import type { LocalNode } from '../lifecycle/node.ts';
import { runAsUser } from '../run-as-user.ts';
import type { Hop } from './hops.ts';

/** An instance that receives mail. */
export interface Receiver {
  /** Folder of its partition. */
  partition: string;
  /** Log files of its Postfix services, in `var/log`. */
  logs: readonly string[];
}

/** The authentication of `hop`, in words. `receivers` has the host names of Received headers as keys. */
export async function authenticationOf(
  node: LocalNode,
  hop: Hop,
  receivers: Readonly<Record<string, Receiver>>,
): Promise<string> {
  if (hop.protocol === 'LMTP') return 'same user, unix socket';
  if (hop.login !== null) return `login ${hop.login}`;
  const login = /sasl_username=([^,\s]+)/.exec(await logLines(node, hop, receivers))?.[1];
  if (login !== undefined) return `login ${login}`;
  if (hop.certificate === null) return 'none';
  return hop.certificate === hop.from ? 'its certificate' : `certificate of ${hop.certificate}`;
}

/** The lines about the message in the logs of the instance that received it. */
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
