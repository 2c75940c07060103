/** Sets passwords through the set-up links, as people do, and remembers them for the next run. */
import { randomBytes } from 'node:crypto';

import { Agent, request } from 'undici';

import { OperatorError } from '../../errors.ts';
import { mustRunAsUser, writeAsUser } from '../run-as-user.ts';
import type { LocalNode } from '../local-node.ts';
import type { MailAccount } from './mailbox.ts';
import type { Person, PersonWithPassword, Requests } from './scenario.ts';

/** Address → password of the demonstration's people. */
type Passwords = Readonly<Record<string, string>>;

const fileOf = ({ layout }: LocalNode) => `${layout.directory}/demonstration-passwords.json`;

export interface Accounts {
  people: Record<PersonWithPassword, MailAccount>;
  /** All, also the one whose set-up link nobody used. */
  shown: ShownAccount[];
}

export interface ShownAccount {
  address: string;
  /** Null while nobody has set one. */
  password: string | null;
  setupUrl: string;
}

/** Everybody's account. Passwords that are not known yet are set through the set-up links, dave's excepted. */
export async function accountsWithPasswords(node: LocalNode, requests: Requests): Promise<Accounts> {
  const known = await readPasswords(node);
  const shown: ShownAccount[] = [];
  const account = async (person: Person) => {
    const { address, 'setup-url': setupUrl, error } = await requests.requestAccount(person);
    if (typeof address === 'string' && typeof setupUrl === 'string') return { address, setupUrl };
    throw new OperatorError(
      `the account of ${person} was not made: ${String(error ?? 'nothing published yet')}`,
    );
  };
  const withPassword = async (person: PersonWithPassword): Promise<MailAccount> => {
    const { address, setupUrl } = await account(person);
    const password = known[address] ?? (await setPassword(setupUrl));
    shown.push({ address, password, setupUrl });
    return { address, password };
  };
  const people = {
    alice: await withPassword('alice'),
    bob: await withPassword('bob'),
    charlie: await withPassword('charlie'),
  };
  shown.push({ ...(await account('dave')), password: null });
  await rememberPasswords(
    node,
    Object.fromEntries(Object.values(people).map(({ address, password }) => [address, password])),
  );
  return { people, shown };
}

async function readPasswords(node: LocalNode): Promise<Passwords> {
  const text = await mustRunAsUser(node, ['sh', '-c', 'cat "$1" 2>/dev/null || echo {}', 'sh', fileOf(node)]);
  return JSON.parse(text) as Passwords;
}

async function rememberPasswords(node: LocalNode, passwords: Passwords): Promise<void> {
  await writeAsUser(node, fileOf(node), '0640', { input: `${JSON.stringify(passwords, null, 2)}\n` });
}

/** Posts a new password to the page that a set-up link opens; returns it. */
async function setPassword(setupUrl: string): Promise<string> {
  const link = new URL(setupUrl);
  const password = randomBytes(9).toString('base64url');
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
    if (statusCode === 200 && page.includes('Password updated successfully')) return password;
    throw new OperatorError(
      `${link.origin}${link.pathname} answered ${statusCode}; the link may be used already`,
    );
  } finally {
    await agent.close();
  }
}
