/** Lines of `holders`: who holds an address, and what the account is. */
import { decode, encode, type Fail, words } from './lines.ts';
import { parseSettings, settingKeys, settingWords } from './setting-words.ts';
import type { AccountRecord, Holder } from './types.ts';

const notes = new Set(['token', 'reset-token', 'password', ...settingKeys]);

export function holderLine(account: AccountRecord): string[] {
  const { address, state, holder, mailbox, token, resetToken, password, settings } = account;
  return [
    address,
    state,
    encode(holder),
    mailbox,
    ...(token === null ? [] : [`token=${token}`]),
    ...(resetToken === null ? [] : [`reset-token=${resetToken}`]),
    // The password of a held account stands in `users`, where Dovecot reads it.
    ...(state === 'held' || password === null ? [] : [`password=${password}`]),
    ...settingWords(settings),
  ];
}

/** `passwords`: those of `users`, where the password of a held account stands. */
export function parseHolders(
  text: string,
  passwords: ReadonlyMap<string, string | null>,
  fail: (line: number, reason: string) => never,
): AccountRecord[] {
  const seen = new Set<string>();
  return words(text).map(({ line, fields }) => {
    const failHere: Fail = (reason) => fail(line, reason);
    const account = parseHolder(fields, passwords, failHere);
    const { address, holder, state } = account;
    for (const name of [`${address} ${holder}`, ...(state === 'held' ? [address] : [])]) {
      if (seen.has(name)) failHere(`${name} stands twice`);
      seen.add(name);
    }
    return account;
  });
}

function parseHolder(
  fields: string[],
  passwords: ReadonlyMap<string, string | null>,
  fail: Fail,
): AccountRecord {
  const [address, state, encodedHolder, mailbox, ...rest] = fields;
  if (!address || !encodedHolder || !mailbox) return fail('is not `address state holder mailbox …`');
  if (state !== 'held' && state !== 'released') return fail(`"${state}" is neither held nor released`);
  const holder = decode(encodedHolder, fail);
  if (!/^(shared|builtin):/.test(holder)) return fail(`"${holder}" is no holder`);
  const values = new Map(
    rest.map((field) => {
      const [, key = '', value = ''] = /^([a-z-]+)=(.+)$/.exec(field) ?? [];
      if (!notes.has(key)) fail(`"${field}" is not known`);
      return [key, value] as const;
    }),
  );
  const password = state === 'held' ? passwords.get(address) : (values.get('password') ?? null);
  if (password === undefined) return fail(`${address} is held but has no line in \`users\``);
  return {
    address,
    state,
    holder: holder as Holder,
    mailbox,
    password,
    token: values.get('token') ?? null,
    resetToken: values.get('reset-token') ?? null,
    settings: parseSettings(values, fail),
  };
}
