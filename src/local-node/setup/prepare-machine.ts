import { homedir } from 'node:os';
import { nodeLayout } from '../layout.ts';
import type { OnProgress } from '../progress.ts';
import type { NodeIdentity } from '../run-as-user.ts';
import { findMissingPackages, installPackages } from './install-packages.ts';
import { checkDirectory, defaultDirectory, prepareDirectory } from './directory.ts';
import { prepareNodeProgram } from './nodejs.ts';
import { preparePythonEnvironment } from './python-environment.ts';
import { prepareUser } from './system-user.ts';

export interface MachineOptions {
  /** The node's directory, of at most 40 characters; by default see `defaultDirectory`. */
  readonly directory?: string;
  /** A virtual environment that several nodes share; by default the node has its own. */
  readonly venv?: string;
  /** Install the clients that the tests use as well. */
  readonly forTests?: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * Prepares this machine for a local node: Debian packages, unprivileged user, node directory, Python environment,
 * Node.js. Does only what is missing: a second run takes about a tenth of a second. Throws OperatorError when the
 * machine is not Debian 12, without root or network where they are needed, and for a directory that cannot be used.
 */
export async function prepareMachine(options: MachineOptions = {}): Promise<NodeIdentity> {
  const { forTests = false, onProgress = () => undefined } = options;
  const directory = nodeDirectory(options.directory);
  const missing = await findMissingPackages({ forTests });
  if (missing.length > 0) {
    onProgress(`Debian packages: installing ${missing.join(', ')}`);
    await installPackages(missing, onProgress);
  }
  const node = await existingMachine(directory, options.venv);
  await prepareDirectory(directory, node.user);
  await preparePythonEnvironment(node, onProgress);
  await prepareNodeProgram(node);
  return node;
}

/** The node in `directory` of a machine that was prepared before. */
export async function existingMachine(directory?: string, venv?: string): Promise<NodeIdentity> {
  return { layout: nodeLayout(nodeDirectory(directory), venv), user: await prepareUser() };
}

/** The absolute path of `directory`, or the default directory. Throws OperatorError if a node cannot use it. */
export function nodeDirectory(directory?: string): string {
  return checkDirectory(
    directory ??
      defaultDirectory({
        uid: process.getuid?.() ?? -1,
        home: homedir(),
        stateHome: process.env['XDG_STATE_HOME'],
      }),
  );
}
