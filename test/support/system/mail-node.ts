/** A local SlapOS node with the mail server's release, for the tests of one file. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { LocalNode, Settled } from '../../../src/local-node/lifecycle/node.ts';
import type { NodeIdentity } from '../../../src/local-node/run-as-user.ts';
import type { InstancePass } from '../../../src/local-node/slapgrid/commands.ts';
import { startLocalNode } from '../../../src/local-node/lifecycle/start.ts';
import { prepareNode, releaseUrl } from './run-folder.ts';

export interface MailNode {
  node: LocalNode;
  softwareUrl: string;
  /** Requests a mail server, or changes its parameters; without any it is one domain `<name>.example.com`, no relay. */
  request(name: string, parameters?: object, softwareType?: string): Promise<void>;
  /** Requests an account of the mail server `host`, or changes it. */
  requestAccount(host: string, name: string, parameters: object): Promise<void>;
  destroyAccount(name: string): Promise<void>;
  /** Passes until one ends well, at most five. Throws with its output when none does. */
  settle(): Promise<Settled>;
  /** Processes the partitions once more although nothing changed. */
  reprocess(): Promise<InstancePass>;
  /** What an instance or account published so far. */
  published(name: string): Promise<Readonly<Record<string, unknown>>>;
  /** Absolute path in the partition of a mail server. */
  partition(name: string, ...path: string[]): Promise<string>;
  /** Ends all processes and starts the master again; the next pass starts the services. */
  restart(): Promise<void>;
  /** Ends all processes and removes the directory. */
  stop(): Promise<void>;
}

interface Wish {
  softwareType: string;
  parameters: object;
  shared?: true;
  filter?: Record<string, string>;
}

export interface MailNodeOptions {
  partitions?: number;
  /** Of all partitions, which have ::1 as well. All of 127.0.0.0/8 is there; a rare one has its ports free. */
  ipv4?: string;
  /** It builds the release itself, which takes about ten seconds, instead of using what the run has built. */
  ownSoftware?: boolean;
}

/** The software is built, nothing is requested yet. */
export async function startMailNode(options: MailNodeOptions = {}): Promise<MailNode> {
  const machine = await prepareNode(options);
  try {
    return await mailNodeIn(machine, options);
  } catch (error) {
    await rm(machine.layout.directory, { recursive: true, force: true });
    throw error;
  }
}

async function mailNodeIn(
  machine: NodeIdentity,
  { partitions: partitionCount = 1, ipv4 = '127.0.0.1', ownSoftware = false }: MailNodeOptions,
): Promise<MailNode> {
  const start = () => startLocalNode({ ...machine, partitionCount, ipv4, ipv6: '::1' });
  const softwareUrl = releaseUrl('mail-server');
  const wishes = new Map<string, Wish>();
  let node = await start();
  try {
    await node.supply(softwareUrl);
    if (ownSoftware) await node.buildSoftware();
  } catch (error) {
    await node.stop();
    throw error;
  }

  const ask = async (name: string, state?: 'destroyed') => {
    const wish = wishes.get(name);
    if (wish === undefined) throw new Error(`${name} was never requested`);
    const answer = await node.request({ softwareUrl, name, ...wish, ...(state ? { state } : {}) });
    if (answer.state === 'pending') throw new Error(`${name}: ${answer.reason}`);
    return answer;
  };
  return {
    get node() {
      return node;
    },
    softwareUrl,
    async request(name, parameters, softwareType = 'default') {
      const usual = { 'mail-domains': [`${name}.example.com`], 'inbound-relay': { enable: false } };
      wishes.set(name, { softwareType, parameters: parameters ?? usual });
      await ask(name);
    },
    async requestAccount(host, name, parameters) {
      const { guid = '' } = await ask(host);
      const softwareType = wishes.get(host)?.softwareType ?? 'default';
      wishes.set(name, { softwareType, parameters, shared: true, filter: { instance_guid: guid } });
      await ask(name);
    },
    async destroyAccount(name) {
      await ask(name, 'destroyed');
    },
    async settle() {
      const settled = await node.settle({ passes: 5 });
      if (settled.exitCode === 0) return settled;
      throw new Error(`not settled after ${settled.passes} passes:\n${settled.output.slice(-4000)}`);
    },
    reprocess: () => node.processInstances({ force: true }),
    published: async (name) => (await ask(name)).connection,
    partition: async (name, ...path) => join(await node.partitionOf(name), ...path),
    async restart() {
      await node.stop();
      node = await start();
    },
    async stop() {
      await node.stop();
      await rm(machine.layout.directory, { recursive: true, force: true });
    },
  };
}
