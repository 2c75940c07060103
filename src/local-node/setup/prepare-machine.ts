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
  /** Of the node; see defaultDirectory for what it is without. At most 40 characters. */
  readonly directory?: string;
  /** A virtual environment that several nodes share; without, the node has its own. */
  readonly venv?: string;
  /** The clients that the tests use are installed as well. */
  readonly forTests?: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * Brings this machine to where a local node can start: Debian packages, unprivileged user, node directory, Python
 * environment, Node.js. What is there is left alone: a second run takes about a tenth of a second. Throws
 * OperatorError for what only an operator can mend (not Debian 12, no root, no network, an unfit directory).
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

/** The same without preparing anything: for a machine that was prepared. */
export async function existingMachine(directory?: string, venv?: string): Promise<NodeIdentity> {
  return { layout: nodeLayout(nodeDirectory(directory), venv), user: await prepareUser() };
}

/** The directory of the node that `directory`, as the operator wrote it or not, means; checked. */
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
