/** A private network and mount namespace, with the addresses that prepare.sh gives it. */
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { OperatorError } from '../../errors.ts';
import { findRootAccess, type RootAccess } from '../setup/install-packages.ts';

/** The command that, as root, prepares the namespace in which it runs and then runs the command in its arguments. */
export const preparation: readonly string[] = ['sh', fileURLToPath(new URL('prepare.sh', import.meta.url))];

/** The user for whom a command runs in the namespace, and how it becomes root, which preparing it needs. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly access: Exclude<RootAccess, 'none'>;
}

/**
 * The user of this process as a caller; `use`, for errors, is what the namespace is for. Throws OperatorError where no
 * such namespace can be made. Works before any package is installed. A user namespace would not need root, but in it
 * root's files belong to nobody, and Postfix does not trust them.
 */
export async function checkNamespaces(use = 'the demonstration has its addresses'): Promise<Caller> {
  const access = await findRootAccess();
  if (access === 'none') {
    throw new OperatorError(
      `This machine: ${use} in a private network namespace, and making that needs root; run it as root, or as a user with sudo`,
    );
  }
  const caller = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, access };
  if (access === 'sudo-password') return caller;
  const [program = '', ...args] = newNamespace(caller);
  const { exitCode, stderr } = await execa(program, [...args, 'true'], { reject: false, cwd: '/' });
  if (exitCode === 0) return caller;
  throw new OperatorError(
    `This machine: cannot make a private network namespace, in which ${use} (${(stderr ?? '').trim()}); use a virtual machine, or a container that may (docker run --privileged)`,
  );
}

/** What is fresh for a command, and how it is prepared. */
export interface Namespaces {
  /** Options of unshare. */
  readonly unshare: readonly string[];
  /** A command that becomes its arguments; it has all rights. */
  readonly preparation: readonly string[];
}

const privateNetwork: Namespaces = { unshare: ['--net', '--mount'], preparation };

/**
 * The command that runs `argv` as `caller` in new namespaces, by default those of network and mounts. sudo drops most
 * variables, hence `environment`.
 */
export function inPrivateNamespace(
  caller: Caller,
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
  namespaces = privateNetwork,
): string[] {
  const { uid, gid, access } = caller;
  const asCaller = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups'];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const changeUser = access === 'root' ? [] : asCaller;
  const fresh = newNamespace(caller, namespaces.unshare);
  return [...fresh, ...namespaces.preparation, ...changeUser, 'env', ...variables, ...argv];
}

function newNamespace(
  { access }: Pick<Caller, 'access'>,
  options: readonly string[] = privateNetwork.unshare,
): string[] {
  const sudo = { root: [], sudo: ['sudo', '-n'], 'sudo-password': ['sudo'] }[access];
  return [...sudo, 'unshare', ...options];
}
