/** A network and mount namespace of its own, with the addresses that prepare.sh gives it. */
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { OperatorError } from '../../errors.ts';
import { findRootAccess, type RootAccess } from '../setup/install-packages.ts';

/** The command that prepares the namespace in which it runs, with all rights, and then becomes its arguments. */
export const preparation: readonly string[] = ['sh', fileURLToPath(new URL('prepare.sh', import.meta.url))];

/** Who is to run something there, and how it comes to root's rights, which the preparation takes. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly access: Exclude<RootAccess, 'none'>;
}

/**
 * Whoever we are; `use` is what the namespace is for, for errors. Throws OperatorError where no such namespace can be made. A user namespace would need no root, but
 * in it root's files are nobody's, and Postfix does not trust them. Needs nothing that has to be installed.
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
  const [program = '', ...args] = freshNamespace(caller);
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
 * The command that runs `argv` in fresh namespaces, by default those of network and mounts, as `caller`, with
 * `environment` and, for sudo, little else.
 */
export function inPrivateNamespace(
  caller: Caller,
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
  namespaces = privateNetwork,
): string[] {
  const { uid, gid, access } = caller;
  const asOurselves = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups'];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const drop = access === 'root' ? [] : asOurselves;
  const fresh = freshNamespace(caller, namespaces.unshare);
  return [...fresh, ...namespaces.preparation, ...drop, 'env', ...variables, ...argv];
}

function freshNamespace(
  { access }: Pick<Caller, 'access'>,
  options: readonly string[] = privateNetwork.unshare,
): string[] {
  const sudo = { root: [], sudo: ['sudo', '-n'], 'sudo-password': ['sudo'] }[access];
  return [...sudo, 'unshare', ...options];
}
