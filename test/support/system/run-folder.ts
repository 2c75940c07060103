/**
 * What all nodes of a run share: a folder for their directories, the releases of this checkout, and the software that
 * is built from them once. Test files, each in a process of its own, find it by the environment.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import type { NodeIdentity } from '../../../src/local-node/run-as-user.ts';
import { prepareMachine } from '../../../src/local-node/setup/prepare-machine.ts';
import { startLocalNode } from '../../../src/local-node/lifecycle/start.ts';
import { buildRelease } from '../../../src/packaging/build-release.ts';

export const releases = ['mail-server', 'mail-server-relay'] as const;
export type ReleaseName = (typeof releases)[number];

const variable = 'SMT_RUN_FOLDER';
const softwareRoot = (folder: string): string => join(folder, 'soft');

export interface RunFolder {
  /** For the processes that run test files. */
  environment: Readonly<Record<string, string>>;
  remove(): void;
}

/** Makes the folder, makes the releases and builds them. About twenty seconds. `venv`: where nodes take SlapOS from. */
export async function makeRunFolder(venv: string): Promise<RunFolder> {
  // Short: sockets of partitions are about 60 characters below a node's directory.
  const folder = join(process.getuid?.() === 0 ? '/srv' : homedir(), `smt-${randomBytes(3).toString('hex')}`);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await buildRelease({ outputDirectory: join(folder, 'release') });
    await execa('chmod', ['-R', 'a+rX', join(folder, 'release')]);
    await buildSoftware(folder, venv);
  } catch (error) {
    remove();
    throw error;
  }
  return { environment: { SLAPOS_VENV: venv, [variable]: folder }, remove };
}

async function buildSoftware(folder: string, venv: string): Promise<void> {
  const machine = withSoftwareOf(folder, await prepareMachine({ directory: join(folder, 'build'), venv }));
  await prepareMachine({ directory: machine.layout.softwareRoot, venv });
  const node = await startLocalNode({ ...machine, partitionCount: 1, ipv4: '127.0.0.1', ipv6: '::1' });
  try {
    for (const name of releases) await node.supply(softwareUrl(folder, name));
    await node.buildSoftware();
  } finally {
    await node.stop();
  }
}

/** The software release of this checkout, where a node's user can read it. */
export const releaseUrl = (name: ReleaseName): string => softwareUrl(runFolder(), name);

/** A path for one more node's directory; it goes at the end of the run at the latest. */
export const nodeDirectory = (): string => join(runFolder(), randomBytes(2).toString('hex'));

/**
 * A directory for one more node, prepared; whoever stops the node removes it. Its software is the run's, which is
 * built, unless it is to build its own.
 */
export async function prepareNode({ ownSoftware = false } = {}): Promise<NodeIdentity> {
  const folder = runFolder();
  const machine = await prepareMachine({
    directory: nodeDirectory(),
    venv: process.env['SLAPOS_VENV'] ?? '',
  });
  return ownSoftware ? machine : withSoftwareOf(folder, machine);
}

function withSoftwareOf(folder: string, machine: NodeIdentity): NodeIdentity {
  return { ...machine, layout: { ...machine.layout, softwareRoot: softwareRoot(folder) } };
}

function softwareUrl(folder: string, name: ReleaseName): string {
  return join(folder, 'release', name, 'software.cfg');
}

function runFolder(): string {
  const folder = process.env[variable];
  if (folder !== undefined) return folder;
  throw new Error('tests on nodes need what test/run.ts prepares; run them with npx tsx test/run.ts PATTERN');
}
