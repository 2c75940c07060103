import { execa } from 'execa';
import { OperatorError } from '../../errors.ts';
import { findUser, type NodeUser } from '../user.ts';

const systemUserName = 'slapos-mail';
// Fixed, also for a node elsewhere: a home below /tmp could be made by anybody once that node is gone.
const systemUserHome = '/srv/slapos-mail';

/** Whom the node runs as: the user itself, or the system user `slapos-mail`, made if need be, when that is root. */
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
  // Another run may have made it a moment ago: what counts is that it is there.
  if (user === undefined) {
    throw new OperatorError(
      `System user ${systemUserName}: useradd could not make it: ${made.stderr.trim()}`,
    );
  }
  return user;
}
