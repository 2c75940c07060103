/** A network and mount namespace of its own, with the addresses that prepare-namespace.sh gives it. */
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { OperatorError } from '../../errors.ts';

/** The command that prepares the namespace in which it runs, with all rights, and then becomes its arguments. */
export const preparation: readonly string[] = [
  'sh',
  fileURLToPath(new URL('prepare-namespace.sh', import.meta.url)),
];

interface Caller {
  readonly uid: number;
  readonly gid: number;
}

const ourselves = (): Caller => ({ uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 });

/**
 * The command that runs `argv` in a fresh namespace as whoever we are. Somebody else than root gets the rights to
 * prepare it from a user namespace, and is then mapped back to itself: slapgrid refuses to work as user 0.
 */
export function inPrivateNamespace(argv: readonly string[], caller = ourselves()): string[] {
  const { uid, gid } = caller;
  const asOurselves = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
  return [...freshNamespace(caller), ...preparation, ...(uid === 0 ? [] : asOurselves), ...argv];
}

function freshNamespace({ uid }: Caller): string[] {
  return ['unshare', '--net', '--mount', ...(uid === 0 ? [] : ['--user', '--map-root-user'])];
}

/** Throws OperatorError where no such namespace can be made. Needs nothing that has to be installed. */
export async function checkNamespaces(): Promise<void> {
  const [program = '', ...args] = freshNamespace(ourselves());
  const { exitCode, stderr } = await execa(program, [...args, 'true'], { reject: false, cwd: '/' });
  if (exitCode === 0) return;
  const advice =
    process.getuid?.() === 0
      ? 'use a virtual machine, or a container that may (docker run --privileged)'
      : 'run it as root (sudo npm start), or allow user namespaces (sysctl user.max_user_namespaces)';
  throw new OperatorError(
    `This machine: cannot make a private network namespace, in which the demonstration has its addresses (${(stderr ?? '').trim()}); ${advice}`,
  );
}
