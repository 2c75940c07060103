import { execa } from 'execa';
import { OperatorError } from '../../errors.ts';
import { findUser, type NodeUser } from '../user.ts';

const systemUserName = 'slapos-mail';
// The same for a node in any directory: anybody could make a home below /tmp once that node is removed.
const systemUserHome = '/srv/slapos-mail';

/** The user that the node runs as: the current one, or for root the system user `slapos-mail`, made if it is missing. */
export async function prepareUser(): Promise<NodeUser> {
  const uid = process.getuid?.();
  if (uid === undefined) throw new OperatorError('This machine: has no user numbers; use Debian 12');
  if (uid !== 0) return (await findUser(String(uid))) ?? unknownUser(uid);
  return (await findUser(systemUserName)) ?? (await createSystemUser());
}

function unknownUser(uid: number): never {
  throw new OperatorError(
    `User ${uid}: has no entry in the user database, and SlapOS looks its name up there; run as a user that has a name`,
  );
}

async function createSystemUser(): Promise<NodeUser> {
  const made = await execa(
    'useradd',
    [
      '--system',
      '--user-group',
      '--no-create-home',
      `--home-dir=${systemUserHome}`,
      '--shell=/usr/sbin/nologin',
      systemUserName,
    ],
    { reject: false },
  );
  const user = await findUser(systemUserName);
  // useradd also fails when another run has just made the user, so only its existence counts.
  if (user === undefined) {
    throw new OperatorError(
      `System user ${systemUserName}: useradd could not make it: ${made.stderr.trim()}`,
    );
  }
  return user;
}
