/** Finds out where the instance runs: everything of the node that the pure stages must know, as one value. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

import { OperatorError } from '../../errors.ts';
import type { Ledger } from '../../ledger/types.ts';
import type { Connection, Place } from '../../model/place.ts';
import { canonicalPorts } from '../../plan/assemble.ts';
import type { ValidInstance } from '../../releases/definition.ts';
import { runningProcess } from '../../host/running-process.ts';
import { isHeldByPartition } from './listeners.ts';
import { allocatePorts } from './ports.ts';
import { readStack } from './stack.ts';

/** What the partition's instance.cfg tells `converge`. */
export interface SurveyOptions {
  partition: string;
  /** Folder of the bundle that runs. */
  release: string;
  programs: string;
  eggsDirectory: string;
  developEggsDirectory: string;
  connection: Connection;
}

export interface PartitionFacts {
  title: string;
  addresses: { ipv6: string | undefined; ipv4: string | undefined };
}

/** Throws OperatorError when the node lacks what the instance needs. */
export async function surveyPlace(
  options: SurveyOptions,
  facts: PartitionFacts,
  ledger: Ledger,
  instance: Pick<ValidInstance, 'programs' | 'services'>,
): Promise<Place> {
  const { partition } = options;
  for (const path of [partition, options.release]) {
    // Such a path could be read as something else in one of a dozen configuration formats.
    if (!/^\/[A-Za-z0-9/._+-]+$/.test(path)) {
      throw new OperatorError(`${JSON.stringify(path)}: use a path of letters, digits and / . _ + - only`);
    }
  }
  const { ipv6, ipv4 } = facts.addresses;
  if (ipv6 === undefined)
    throw new OperatorError('the partition has no IPv6 address; format the node with one');
  const { programs, facts: stackFacts } = await readStack(options.programs, instance.programs);
  const ports = await allocatePorts({
    canonical: canonicalPorts(instance.services),
    ipv6,
    ipv4: ipv4 ?? null,
    held: ledger.ports,
    isOurs: async (name, port) => {
      const listener = instance.services.find(({ ports: own }) => Object.hasOwn(own, name));
      const isRunning =
        listener !== undefined && (await runningProcess(partition, listener.pidFile)) !== null;
      return isRunning || (await isHeldByPartition(partition, port));
    },
  });
  const user = userInfo();
  return {
    partition,
    release: options.release,
    user: { name: user.username, group: await groupName(user.gid), uid: user.uid, gid: user.gid },
    ipv6,
    ipv4: ipv4 ?? null,
    title: facts.title,
    connection: options.connection,
    programs,
    stackFacts,
    buildout: { eggsDirectory: options.eggsDirectory, developEggsDirectory: options.developEggsDirectory },
    ports,
  };
}

/** Name of a group; its number when it has none. */
async function groupName(gid: number): Promise<string> {
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  const line = groups.split('\n').find((each) => each.split(':')[2] === String(gid));
  return line?.split(':')[0] ?? String(gid);
}
