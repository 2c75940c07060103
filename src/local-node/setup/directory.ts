import { execa } from 'execa';
import { chownSync, lstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { commandAs, type NodeUser } from '../user.ts';

/** Longest directory of a node, in bytes: a unix socket's path has 107, and partitions put theirs 60 deeper. */
const longestDirectory = 40;

const example = '/var/tmp/slapos-mail';

export interface DirectoryContext {
  readonly uid: number;
  readonly home: string;
  /** $XDG_STATE_HOME */
  readonly stateHome?: string | undefined;
}

/**
 * Where a node lives when nobody says: /srv/slapos-mail for root, else below the user's state directory, or
 * straight in the home directory where a long user name would make that one too long.
 */
export function defaultDirectory({ uid, home, stateHome }: DirectoryContext): string {
  if (uid === 0) return '/srv/slapos-mail';
  if (stateHome !== undefined && stateHome !== '') return join(stateHome, 'slapos-mail');
  const usual = join(home, '.local/state/slapos-mail');
  return Buffer.byteLength(usual) > longestDirectory ? join(home, '.slapos-mail') : usual;
}

/** The absolute form of `directory`. Throws OperatorError if it is unfit for a node. */
export function checkDirectory(directory: string): string {
  const absolute = resolve(directory);
  const bytes = Buffer.byteLength(absolute);
  if (bytes > longestDirectory) {
    throw new OperatorError(
      `Node directory ${absolute}: has ${bytes} characters, and the unix sockets below it allow for ${longestDirectory}; pass a shorter one, such as --directory ${example}`,
    );
  }
  // It ends up in profiles, configuration files and #! lines, which each have characters of their own.
  if (!/^\/[\w./-]+$/.test(absolute)) {
    throw new OperatorError(
      `Node directory ${absolute}: holds a character other than letters, digits, ".", "_", "-" and "/"; pass another, such as --directory ${example}`,
    );
  }
  return absolute;
}

/** Makes the node's directory, if need be, as `user`'s own and closed to others. `directory` is absolute. */
export async function prepareDirectory(directory: string, user: NodeUser): Promise<void> {
  const there = statIfAny(directory);
  if (there === undefined) {
    mkdirSync(dirname(directory), { recursive: true });
    mkdirSync(directory, { mode: 0o750 });
    if (process.getuid?.() === 0) chownSync(directory, user.uid, user.gid);
  } else if (!there.isDirectory() || there.uid !== user.uid) {
    // Never take over what is somebody else's: in /tmp or /var/tmp anybody could have put it there.
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
