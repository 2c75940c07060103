/** A relay cluster of two nodes with mail servers behind it, on a node of its own; only inside a namespace. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { LocalNode } from '../../../src/local-node/lifecycle/node.ts';
import { startLocalNode } from '../../../src/local-node/lifecycle/start.ts';
import { runAsUser, type RunResult } from '../../../src/local-node/run-as-user.ts';
import { controlService } from './control-service.ts';
import type { Endpoint } from './line-client.ts';
import { prepareNode, releaseUrl } from './run-folder.ts';

/** Where a node takes mail. */
export type RelayEndpoints = Readonly<Record<'inbound' | 'outbound', Endpoint>>;

export type Published = Readonly<Record<string, unknown>>;

export interface RelayWorld {
  node: LocalNode;
  /** Asks for the cluster, or changes its parameters. */
  requestCluster(parameters: object): Promise<void>;
  /** Asks for a mail server whose relay is the cluster. */
  requestMailServer(name: string, parameters: object): Promise<void>;
  /** Asks for an account of the mail server `host`, or changes it. */
  requestAccount(host: string, name: string, parameters: object): Promise<void>;
  destroyAccount(name: string): Promise<void>;
  /** Asks for a relayed domain, as somebody with a mail server elsewhere does. */
  requestDomain(name: string, parameters: object): Promise<void>;
  /** Asks for everything again and processes it until there is nothing left to do. At most `passes` times. */
  settle(passes?: number): Promise<number>;
  /** Passes over everything, also what has not changed, as the daily processing does. Throws when one fails. */
  reprocess(passes: number): Promise<void>;
  published(name: string): Promise<Published>;
  /** The nodes that the cluster hands out, in its order. */
  nodes(): Promise<RelayEndpoints[]>;
  partition(name: string): Promise<string>;
  read(name: string, path: string): Promise<string>;
  /** Runs a program of an instance's `bin/` as its user. */
  tool(name: string, program: string, ...args: string[]): Promise<RunResult>;
  /** Stops or starts one service of an instance; its watchdog does not take that for an accident. */
  control(action: 'stop' | 'start', name: string, service: string): Promise<void>;
  stop(): Promise<void>;
}

interface Wish {
  softwareUrl: string;
  softwareType: string;
  parameters: object;
  shared?: true;
  filter?: Record<string, string>;
}

/** The releases are built, nothing is requested yet. */
export async function startRelayWorld(partitionCount: number): Promise<RelayWorld> {
  const machine = await prepareNode();
  const node = await startLocalNode({ ...machine, partitionCount, ipv4: '127.0.0.1', ipv6: 'fd00:1::/64' });
  const mailServer = releaseUrl('mail-server');
  const relay = releaseUrl('mail-server-relay');
  for (const url of [mailServer, relay]) await node.supply(url);

  const wishes = new Map<string, Wish>();
  const ask = async (name: string, state?: 'destroyed') => {
    const wish = wishes.get(name);
    if (wish === undefined) throw new Error(`${name} was never requested`);
    const answer = await node.request({ name, ...wish, ...(state ? { state } : {}) });
    if (answer.state === 'pending') throw new Error(`${name}: ${answer.reason}`);
    return answer;
  };
  const askFor = async (name: string, wish: Wish) => {
    wishes.set(name, wish);
    await ask(name);
  };
  const partition = (name: string) => node.partitionOf(name);
  return {
    node,
    requestCluster: (parameters) =>
      askFor('mailrelay', { softwareUrl: relay, softwareType: 'cluster', parameters }),
    requestMailServer: (name, parameters) =>
      askFor(name, {
        softwareUrl: mailServer,
        softwareType: 'default',
        parameters: { 'inbound-relay': { 'relay-sr-url': relay }, ...parameters },
      }),
    async requestAccount(host, name, parameters) {
      const { guid = '' } = await ask(host);
      const filter = { instance_guid: guid };
      await askFor(name, {
        softwareUrl: mailServer,
        softwareType: 'default',
        shared: true,
        filter,
        parameters,
      });
    },
    async destroyAccount(name) {
      await ask(name, 'destroyed');
      wishes.delete(name);
    },
    requestDomain: (name, parameters) =>
      askFor(name, { softwareUrl: relay, softwareType: 'cluster', shared: true, parameters }),
    async settle(passes = 8) {
      const askForAll = async () => {
        for (const name of wishes.keys()) await ask(name);
      };
      const result = await node.settle({ passes, quiet: true, betweenPasses: askForAll });
      if (result.settled) return result.passes;
      throw new Error(`not settled after ${passes} passes:\n${result.output.slice(-6000)}`);
    },
    async reprocess(passes) {
      for (let pass = 0; pass < passes; pass += 1) {
        const { exitCode, output } = await node.processInstances({ force: true });
        // Promises may fail; there are tests that have them do so.
        if (exitCode === 1) throw new Error(`processing failed:\n${output.slice(-6000)}`);
      }
    },
    published: async (name) => (await ask(name)).connection,
    async nodes() {
      const hosts = (await ask('mailrelay')).connection['relay-hosts'] as string[];
      return hosts.map((host) => ({ inbound: { host, port: 10025 }, outbound: { host, port: 10587 } }));
    },
    partition,
    read: async (name, path) => readFile(join(await partition(name), path), 'utf8'),
    tool: async (name, program, ...args) =>
      runAsUser(node, [join(await partition(name), 'bin', program), ...args]),
    control: async (action, name, service) => controlService(node, await partition(name), action, service),
    async stop() {
      await node.stop();
      await rm(machine.layout.directory, { recursive: true, force: true });
    },
  };
}
