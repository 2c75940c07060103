import { execa } from 'execa';
import { OperatorError } from '../errors.ts';

/** Whom everything of a node runs as; never root. */
export interface NodeUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The command that runs `argv` as `user`; `currentUid`: who we are. Only root has to (and can) become another. */
export function commandAs(
  user: NodeUser,
  argv: readonly string[],
  currentUid = process.getuid?.(),
): string[] {
  if (currentUid !== 0) return [...argv];
  // Not su nor runuser: no PAM session, no shell, no terminal in between.
  return ['setpriv', `--reuid=${user.name}`, `--regid=${user.gid}`, '--init-groups', '--', ...argv];
}

/** The account `name` (or number), undefined if the machine has none. */
export async function findUser(name: string): Promise<NodeUser | undefined> {
  const entry = await execa('getent', ['passwd', name], { reject: false });
  return entry.exitCode === 0 ? parsePasswdLine(entry.stdout) : undefined;
}

/** A line of passwd(5). */
export function parsePasswdLine(line: string): NodeUser {
  const [name = '', , uid = '', gid = ''] = line.trim().split(':');
  if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) {
    throw new OperatorError(`User database: cannot be read, getent says "${line}"; check /etc/passwd`);
  }
  return { name, uid: Number(uid), gid: Number(gid) };
}
