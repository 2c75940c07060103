import { execa } from 'execa';
import { chownSync, lstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { makeNamedFolder } from '../../host/make-folder.ts';
import { commandAs, type NodeUser } from '../user.ts';

/** Maximum length of a node's directory: the path of a unix socket has at most 107 bytes, of which partitions use 60. */
const maxDirectoryBytes = 40;

const example = '/var/tmp/slapos-mail';

export interface DirectoryContext {
  readonly uid: number;
  readonly home: string;
  /** $XDG_STATE_HOME */
  readonly stateHome?: string | undefined;
}

/**
 * The directory of a node when none is given: /srv/slapos-mail for root, else one in the user's state directory, or
 * directly in the home directory if that path would be too long.
 */
export function defaultDirectory({ uid, home, stateHome }: DirectoryContext): string {
  if (uid === 0) return '/srv/slapos-mail';
  if (stateHome !== undefined && stateHome !== '') return join(stateHome, 'slapos-mail');
  const usual = join(home, '.local/state/slapos-mail');
  return Buffer.byteLength(usual) > maxDirectoryBytes ? join(home, '.slapos-mail') : usual;
}

/** The absolute path of `directory`. Throws OperatorError if a node cannot use it. */
export function checkDirectory(directory: string): string {
  const absolute = resolve(directory);
  const bytes = Buffer.byteLength(absolute);
  if (bytes > maxDirectoryBytes) {
    throw new OperatorError(
      `Node directory ${absolute}: has ${bytes} characters, and the unix sockets below it allow for ${maxDirectoryBytes}; pass a shorter one, such as --directory ${example}`,
    );
  }
  // The path is written into profiles, configuration files and #! lines, each with special characters of its own.
  if (!/^\/[\w./-]+$/.test(absolute)) {
    throw new OperatorError(
      `Node directory ${absolute}: holds a character other than letters, digits, ".", "_", "-" and "/"; pass another, such as --directory ${example}`,
    );
  }
  return absolute;
}

/** Makes the node's directory if it does not exist: it belongs to `user` and is closed to others. */
export async function prepareDirectory(directory: string, user: NodeUser): Promise<void> {
  const there = statIfAny(directory);
  if (there === undefined) {
    await makeNamedFolder(dirname(directory));
    mkdirSync(directory, { mode: 0o750 });
    if (process.getuid?.() === 0) chownSync(directory, user.uid, user.gid);
  } else if (!there.isDirectory() || there.uid !== user.uid) {
    // In /tmp or /var/tmp anybody could have made it, so a directory of another user is never used.
    throw new OperatorError(
      `Node directory ${directory}: is there and is not a directory of user ${user.name}; pass another, such as --directory ${example}`,
    );
  }
  if (await canUse(directory, user)) return;
  if (there === undefined) rmdirSync(directory);
  throw new OperatorError(
    `Node directory ${directory}: user ${user.name} cannot reach it, a directory above it is closed; pass another, such as --directory ${example}`,
  );
}

async function canUse(directory: string, user: NodeUser): Promise<boolean> {
  const [program = '', ...args] = commandAs(user, ['test', '-w', directory, '-a', '-x', directory]);
  return (await execa(program, args, { reject: false, cwd: '/' })).exitCode === 0;
}

function statIfAny(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
