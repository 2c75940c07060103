import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { connectToMaster, type InstanceAnswer, type InstanceRequest } from '../../slap/index.ts';
import type { OnProgress } from '../progress.ts';
import { runAsUser, type NodeIdentity } from '../run-as-user.ts';
import { parseServices, type Service } from '../services.ts';
import {
  runInstancePass,
  runPromises,
  runSoftware,
  type InstanceOptions,
  type InstancePass,
} from '../slapgrid/commands.ts';
import { pendingPartitions } from '../slapgrid/timestamps.ts';
import { fetchComputer, supplySoftware } from '../slapproxy/calls.ts';
import { stopNode, supervisordConfiguration } from './stop.ts';

export interface NodeRequest extends Omit<InstanceRequest, 'shared'> {
  readonly shared?: boolean;
}

export interface SettleOptions {
  /** Maximum number of passes. */
  readonly passes: number;
  /**
   * Continue after a successful pass until no partition has to be processed: a pass may request further instances.
   * All passes but the first take only these partitions and those that failed, as looking at the others is slow.
   */
  readonly quiet?: boolean;
  /**
   * Called after each pass, to repeat all requests: slapproxy does not process a requester again by itself when an
   * instance that it requested has published.
   */
  readonly betweenPasses?: () => Promise<void>;
}

export interface Settled extends InstancePass {
  /** Whether the last pass ended with exit code 0 and, where `quiet` is asked, left nothing to process. */
  readonly settled: boolean;
  /** Number of passes that were made. The other fields are those of the last one. */
  readonly passes: number;
}

/** A running node: slapproxy as its master, and slapgrid, which runs only when a method calls it. */
export interface LocalNode extends NodeIdentity {
  /** URL of slapproxy; its web panel is `<serverUrl>panel/`. */
  readonly serverUrl: string;
  /** Lets buildSoftware build a software release, given by its URL or by a path that the node's user can read. */
  supply(softwareUrl: string): Promise<void>;
  /** Builds supplied releases that are not complete, and that of the URL `rebuild` again. Takes seconds to minutes. */
  buildSoftware(options?: { readonly rebuild?: string }): Promise<void>;
  /** The folder of a release, whether or not it is built. */
  softwareDirectory(softwareUrl: string): string;
  /** Requests an instance or a shared instance as a user; repeat it to see what has been published since. */
  request(request: NodeRequest): Promise<InstanceAnswer>;
  /** One `slapos node instance`: a pass over all partitions. Failing partitions are in the result, not thrown. */
  processInstances(options?: InstanceOptions): Promise<InstancePass>;
  /** Runs all promises now, which a pass does rarely for unchanged partitions. Exit code 0 or 2. */
  checkPromises(only?: readonly string[]): Promise<InstancePass>;
  /** Repeats passes until one ends with exit code 0, or the maximum is reached: see `settled` of the result. */
  settle(options: SettleOptions): Promise<Settled>;
  /** Absolute folder of the instance `name`. One that a user requested is preferred to one that an instance requested. */
  partitionOf(name: string): Promise<string>;
  /** All programs of all partitions; empty while supervisord does not run. */
  serviceStatus(): Promise<Service[]>;
  /** Ends slapgrid, all services, supervisord and slapproxy, and returns when they have ended. All data stays. */
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
      await supplySoftware(serverUrl, softwareUrl);
    },

    async buildSoftware({ rebuild } = {}) {
      await runSoftware(node, rebuild, onProgress);
      const { suppliedSoftware } = await fetchComputer(serverUrl);
      for (const url of suppliedSoftware) {
        if (!existsSync(join(softwareDirectory(url), '.completed'))) {
          throw new Error(
            `software release ${url}: slapgrid reported no error, but the release is not complete`,
          );
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
      let only: readonly string[] | undefined;
      for (let pass = 1; ; pass += 1) {
        const result = await processInstances(only === undefined ? {} : { only });
        await betweenPasses?.();
        const pending = quiet
          ? await pendingPartitions(node, (await fetchComputer(serverUrl)).partitions)
          : [];
        const settled = result.exitCode === 0 && pending.length === 0;
        if (settled || pass >= passes) return { ...result, settled, passes: pass };
        const failed = result.failures.map(({ partition }) => partition);
        if (quiet) only = [...new Set([...pending, ...failed])];
      }
    },

    checkPromises: (only) => runPromises(node, only),

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

    stop: () => stopNode(node),
  };
}

/** Says what to do; slapgrid would say only that it cannot open the profile. */
async function refuseUnreadable(node: NodeIdentity, softwareUrl: string): Promise<void> {
  if (!/^(\/|file:)/.test(softwareUrl)) return;
  const path = softwareUrl.startsWith('/') ? softwareUrl : fileURLToPath(softwareUrl);
  if ((await runAsUser(node, ['test', '-r', path])).exitCode === 0) return;
  throw new OperatorError(
    `Software release ${path}: user ${node.user.name} cannot read it; make it and the folders above it readable, or copy it to such a place`,
  );
}
