import { execa } from 'execa';
import { OperatorError } from '../errors.ts';

/** The user that all programs of a node run as; never root. */
export interface NodeUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The command that runs `argv` as `user`. Only root, by `currentUid`, can and must change to that user. */
export function commandAs(
  user: NodeUser,
  argv: readonly string[],
  currentUid = process.getuid?.(),
): string[] {
  if (currentUid !== 0) return [...argv];
  // setpriv, unlike su and runuser, starts no PAM session, shell or terminal.
  return ['setpriv', `--reuid=${user.name}`, `--regid=${user.gid}`, '--init-groups', '--', ...argv];
}

/** The system user with this name or number; undefined if the machine has none. */
export async function findUser(name: string): Promise<NodeUser | undefined> {
  const entry = await execa('getent', ['passwd', name], { reject: false });
  return entry.exitCode === 0 ? parsePasswdLine(entry.stdout) : undefined;
}

/** Reads a line in the format of passwd(5). */
export function parsePasswdLine(line: string): NodeUser {
  const [name = '', , uid = '', gid = ''] = line.trim().split(':');
  if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) {
    throw new OperatorError(`User database: cannot be read, getent says "${line}"; check /etc/passwd`);
  }
  return { name, uid: Number(uid), gid: Number(gid) };
}
