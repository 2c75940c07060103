/** Sets passwords with the set-up links, as people do, and stores them for the next run. */
import { randomBytes } from 'node:crypto';

import { Agent, request } from 'undici';

import { OperatorError } from '../../errors.ts';
import { mustRunAsUser, writeAsUser, type NodeIdentity } from '../run-as-user.ts';
import type { MailAccount } from './mailbox.ts';
import type { Person, PersonWithPassword, Requests } from './scenario.ts';

/** Address → password of the demonstration's people. */
type Passwords = Readonly<Record<string, string>>;

const fileOf = ({ layout }: NodeIdentity) => `${layout.directory}/demonstration-passwords.json`;

export interface Accounts {
  people: Record<PersonWithPassword, MailAccount>;
  /** All accounts, also the one whose set-up link is still unused. */
  shown: ShownAccount[];
}

export interface ShownAccount {
  address: string;
  /** Null if none is set yet. */
  password: string | null;
  setupUrl: string;
}

/** All accounts. Those without a password get one by their set-up link, except dave's. */
export async function accountsWithPasswords(
  node: NodeIdentity,
  requests: Pick<Requests, 'requestAccount'>,
): Promise<Accounts> {
  let known = await readPasswords(node);
  const shown: ShownAccount[] = [];
  const account = async (person: Person) => {
    const { address, 'setup-url': setupUrl, error } = await requests.requestAccount(person);
    if (typeof address === 'string' && typeof setupUrl === 'string') return { address, setupUrl };
    throw new OperatorError(
      `account of ${person}: it was not made: ${String(error ?? 'nothing published yet')}`,
    );
  };
  const withPassword = async (person: PersonWithPassword): Promise<MailAccount> => {
    const { address, setupUrl } = await account(person);
    const remembered = known[address];
    const password = remembered ?? randomBytes(9).toString('base64url');
    known = { ...known, [address]: password };
    // Stored before it is set: otherwise it would be lost if this run ended in between.
    if (remembered === undefined) await rememberPasswords(node, known);
    await setPassword(setupUrl, password, remembered !== undefined);
    shown.push({ address, password, setupUrl });
    return { address, password };
  };
  const people = {
    alice: await withPassword('alice'),
    bob: await withPassword('bob'),
    charlie: await withPassword('charlie'),
  };
  shown.push({ ...(await account('dave')), password: null });
  return { people, shown };
}

async function readPasswords(node: NodeIdentity): Promise<Passwords> {
  const text = await mustRunAsUser(node, ['sh', '-c', 'cat "$1" 2>/dev/null || echo {}', 'sh', fileOf(node)]);
  return JSON.parse(text) as Passwords;
}

async function rememberPasswords(node: NodeIdentity, passwords: Passwords): Promise<void> {
  await writeAsUser(node, fileOf(node), '0640', { input: `${JSON.stringify(passwords, null, 2)}\n` });
}

/** Posts the password to the page of a set-up link. `mayBeSet`: an earlier run may already have used the link. */
async function setPassword(setupUrl: string, password: string, mayBeSet: boolean): Promise<void> {
  const link = new URL(setupUrl);
  const form = new URLSearchParams({
    user: link.searchParams.get('user') ?? '',
    token: link.searchParams.get('token') ?? '',
    password,
  });
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const { statusCode, body } = await request(new URL(link.pathname, link), {
      method: 'POST',
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      dispatcher: agent,
    });
    const page = await body.text();
    if (statusCode === 200 && page.includes('Password updated successfully')) return;
    if (statusCode === 403 && mayBeSet) return;
    throw new OperatorError(
      `${link.origin}${link.pathname} answered ${statusCode}; the link may be used already`,
    );
  } finally {
    await agent.close();
  }
}
