import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { OperatorError } from '../errors.ts';
import { connectToMaster, type InstanceAnswer, type InstanceRequest } from '../slap/index.ts';
import type { OnProgress } from './progress.ts';
import { runAsUser, type NodeIdentity } from './run-as-user.ts';
import { parseServices, type Service } from './services.ts';
import {
  runInstancePass,
  runPromises,
  runReport,
  runSoftware,
  type InstanceOptions,
  type InstancePass,
} from './slapgrid/commands.ts';
import { fetchComputer, supplySoftware, type AllocatedPartition } from './slapproxy/calls.ts';
import { nodeIsRunning, stopNode, supervisordConfiguration } from './stop.ts';

export interface NodeRequest extends Omit<InstanceRequest, 'shared'> {
  readonly shared?: boolean;
}

export interface SettleOptions {
  /** At most this many passes. */
  readonly passes: number;
  /** Go on after a good pass until one finds nothing left to process: instances that others requested in it. */
  readonly quiet?: boolean;
  /** Asks for everything again: a publication does not make slapproxy tell whoever asked, which a repetition does. */
  readonly betweenPasses?: () => Promise<void>;
}

export interface Settled extends InstancePass {
  /** How many passes it took. `exitCode` and the rest are those of the last one. */
  readonly passes: number;
}

/** A running node: a slapproxy as its master, and slapgrid, which works when it is told to. */
export interface LocalNode extends NodeIdentity {
  /** Of slapproxy; also the base of its web panel, `<serverUrl>panel/`. */
  readonly serverUrl: string;
  /** Has the software release of a URL, or of a path that the node's user can read, built by buildSoftware. */
  supply(softwareUrl: string): Promise<void>;
  /** Builds what was supplied and is not complete. `rebuild`: a URL that is built again. Seconds to minutes. */
  buildSoftware(options?: { readonly rebuild?: string }): Promise<void>;
  /** The folder of a release, whether or not it is built. */
  softwareDirectory(softwareUrl: string): string;
  /** Asks for an instance or a shared one as a user does; repeat it to see what was published since. */
  request(request: NodeRequest): Promise<InstanceAnswer>;
  /** One `slapos node instance`, all partitions once. Failing partitions are in the result, not thrown. */
  processInstances(options?: InstanceOptions): Promise<InstancePass>;
  /** Runs all promises now; a pass looks at those of unchanged partitions with much patience. Exit code 0 or 2. */
  checkPromises(only?: readonly string[]): Promise<InstancePass>;
  /** Passes until one ends with 0, or `passes` are used up: the result tells which. */
  settle(options: SettleOptions): Promise<Settled>;
  /** One `slapos node report`: empties the partitions of instances that were destroyed. */
  report(): Promise<void>;
  /** Absolute folder of the instance `name`; one that a user requested goes before another's child of that name. */
  partitionOf(name: string): Promise<string>;
  allocatedPartitions(): Promise<readonly AllocatedPartition[]>;
  /** All programs of all partitions; empty while supervisord does not run. */
  serviceStatus(): Promise<Service[]>;
  /** True while slapproxy runs. */
  running(): boolean;
  /** Ends slapgrid, all services, supervisord and slapproxy, and returns when they are gone. Nothing is lost. */
  stop(): Promise<void>;
}

/** The methods of a node whose slapproxy answers at `serverUrl`. */
export function localNode(node: NodeIdentity, serverUrl: string, onProgress: OnProgress): LocalNode {
  const { layout } = node;
  const softwareDirectory = (softwareUrl: string): string =>
    join(layout.softwareRoot, createHash('md5').update(softwareUrl).digest('hex'));
  const processInstances = (options: InstanceOptions = {}): Promise<InstancePass> =>
    runInstancePass(node, options, onProgress);

  return {
    ...node,
    serverUrl,
    softwareDirectory,
    processInstances,

    async supply(softwareUrl) {
      await refuseUnreadable(node, softwareUrl);
      await supplySoftware(serverUrl, softwareUrl, 'available');
    },

    async buildSoftware({ rebuild } = {}) {
      await runSoftware(node, rebuild, onProgress);
      const { suppliedSoftware } = await fetchComputer(serverUrl);
      for (const url of suppliedSoftware) {
        if (!existsSync(join(softwareDirectory(url), '.completed'))) {
          throw new Error(`software release ${url}: slapgrid says nothing, but it is not complete`);
        }
      }
    },

    async request(request) {
      const master = connectToMaster({ serverUrl });
      try {
        return await master.request({ shared: false, ...request });
      } finally {
        await master.close();
      }
    },

    async settle({ passes, quiet = false, betweenPasses }) {
      for (let pass = 1; ; pass += 1) {
        const result = await processInstances();
        await betweenPasses?.();
        const done = result.exitCode === 0 && (!quiet || result.processed.length === 0);
        if (done || pass >= passes) return { ...result, passes: pass };
      }
    },

    checkPromises: (only) => runPromises(node, only),
    report: () => runReport(node),

    async allocatedPartitions() {
      return (await fetchComputer(serverUrl)).partitions;
    },

    async partitionOf(name) {
      const named = (await fetchComputer(serverUrl)).partitions.filter(({ title }) => title === name);
      const partition = named.find(({ rootTitle }) => rootTitle === name) ?? named[0];
      if (partition !== undefined) return join(layout.instanceRoot, partition.id);
      throw new OperatorError(`Instance ${name}: has no partition on this node; request it first`);
    },

    async serviceStatus() {
      // Not `slapos node status`, which would start a supervisord where none runs.
      const supervisorctl = [
        join(layout.venv, 'bin/supervisorctl'),
        '-c',
        supervisordConfiguration(node),
        'status',
      ];
      return parseServices((await runAsUser(node, supervisorctl)).output);
    },

    running: () => nodeIsRunning(node),
    stop: () => stopNode(node),
  };
}

/** slapgrid would only tell that the profile could not be opened. */
async function refuseUnreadable(node: NodeIdentity, softwareUrl: string): Promise<void> {
  if (!/^(\/|file:)/.test(softwareUrl)) return;
  const path = softwareUrl.startsWith('/') ? softwareUrl : fileURLToPath(softwareUrl);
  if ((await runAsUser(node, ['test', '-r', path])).exitCode === 0) return;
  throw new OperatorError(
    `Software release ${path}: user ${node.user.name} cannot read it; make it and the folders above it readable, or copy it to such a place`,
  );
}
