/** Sets passwords through the set-up links, as people do, and remembers them for the next run. */
import { randomBytes } from 'node:crypto';

import { Agent, request } from 'undici';

import { OperatorError } from '../../errors.ts';
import { mustRunAsUser, writeAsUser } from '../run-as-user.ts';
import type { LocalNode } from '../local-node.ts';

/** Address → password of the demonstration's people. */
export type Passwords = Readonly<Record<string, string>>;

const fileOf = ({ layout }: LocalNode) => `${layout.directory}/demonstration-passwords.json`;

export async function readPasswords(node: LocalNode): Promise<Passwords> {
  const text = await mustRunAsUser(node, ['sh', '-c', 'cat "$1" 2>/dev/null || echo {}', 'sh', fileOf(node)]);
  return JSON.parse(text) as Passwords;
}

export async function rememberPasswords(node: LocalNode, passwords: Passwords): Promise<void> {
  await writeAsUser(node, fileOf(node), '0640', { input: `${JSON.stringify(passwords, null, 2)}\n` });
}

/** Posts a new password to the page that a set-up link opens; returns it. */
export async function setPassword(setupUrl: string): Promise<string> {
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
