/** Lines of the file `holders`: who holds an address, and an account's data. Destinations are in the file `aliases`. */
import { passwordForms, type PasswordSpelling } from '../formats/password-spellings.ts';
import { parseAliases } from './alias-lines.ts';
import { decode, encode, type Fail, words } from './lines.ts';
import { parseSettings, settingKeys, settingWords } from './setting-words.ts';
import type { AccountRecord, AliasRecord, Holder } from './types.ts';

const notes = new Set(['token', 'reset-token', 'password', ...passwordForms, ...settingKeys]);
/** Marks an alias none of whose destinations were ever accepted: its mail is refused. */
const noDestinations = 'no-destinations';

/** Whether the account's password is in `users`, where Dovecot finds it, so that somebody can log in. */
export function mayLogIn({ state, settings }: Pick<AccountRecord, 'state' | 'settings'>): boolean {
  return state === 'held' && settings.suspended === 'no';
}

export function accountLine(account: AccountRecord): string[] {
  const { address, state, holder, mailbox, token, resetToken, password, spellings, settings } = account;
  return [
    address,
    state,
    encode(holder),
    mailbox,
    ...(token === null ? [] : [`token=${token}`]),
    ...(resetToken === null ? [] : [`reset-token=${resetToken}`]),
    ...(mayLogIn(account) || password === null ? [] : [`password=${password}`]),
    ...(password === null ? [] : spellings.map(({ form, hash }) => `${form}=${hash}`)),
    ...settingWords(settings),
  ];
}

export function aliasLine({ address, holder, destinations }: AliasRecord): string[] {
  return [address, 'alias', encode(holder), ...(destinations.length === 0 ? [noDestinations] : [])];
}

export interface Held {
  accounts: AccountRecord[];
  aliases: AliasRecord[];
}

export interface HolderTexts {
  holders: string;
  aliases: string;
  /** Address → password in `users`, which has those of held accounts. */
  passwords: ReadonlyMap<string, string | null>;
}

export type FailAt = (file: 'holders' | 'aliases', line: number, reason: string) => never;

export function parseHolders({ holders, aliases, passwords }: HolderTexts, fail: FailAt): Held {
  const definitions = parseAliases(aliases, (line, reason) => fail('aliases', line, reason));
  const seen = new Set<string>();
  const held: Held = { accounts: [], aliases: [] };
  for (const { line, fields } of words(holders)) {
    const failHere: Fail = (reason) => fail('holders', line, reason);
    const [address = '', state = '', encodedHolder = '', ...rest] = fields;
    if (encodedHolder === '') failHere('is not `address state holder …`');
    const holder = parseHolder(encodedHolder, failHere);
    // A holder's account may be released and its address an alias of the same holder by now.
    const account = state === 'alias' ? [] : [`${address} ${encodedHolder}`];
    for (const name of [...account, ...(state === 'released' ? [] : [address])]) {
      if (seen.has(name)) failHere(`${name} stands twice`);
      seen.add(name);
    }
    const definition = definitions.get(address);
    if (state !== 'released') definitions.delete(address);
    if (state === 'alias') {
      const isWhole = rest.length === 0 ? definition !== undefined : definition === undefined;
      if (!isWhole || rest.length > 1 || (rest[0] ?? noDestinations) !== noDestinations) {
        failHere(`${address} is an alias, which needs a line in \`aliases\`, or \`${noDestinations}\``);
      }
      held.aliases.push({ address, holder, destinations: definition?.destinations ?? [] });
      continue;
    }
    const record = parseAccount(address, state, holder, rest, passwords, failHere);
    const forward = state === 'released' ? undefined : definition;
    if (forward?.destinations.every((each) => each === address)) {
      fail('aliases', forward.line, `forwards ${address} to itself alone; name another destination`);
    }
    held.accounts.push({ ...record, forward: forward?.destinations ?? [] });
  }
  for (const [address, { line }] of definitions) {
    fail('aliases', line, `${address} has no holder in \`holders\``);
  }
  return held;
}

function parseHolder(encoded: string, fail: Fail): Holder {
  const holder = decode(encoded, fail);
  return /^(shared|builtin):/.test(holder) ? (holder as Holder) : fail(`"${encoded}" is no holder`);
}

function parseAccount(
  address: string,
  state: string,
  holder: Holder,
  [mailbox, ...rest]: string[],
  passwords: ReadonlyMap<string, string | null>,
  fail: Fail,
): Omit<AccountRecord, 'forward'> {
  if (!mailbox) return fail('is not `address state holder mailbox …`');
  if (state !== 'held' && state !== 'released') return fail(`"${state}" is neither held, released nor alias`);
  const values = new Map(
    rest.map((field) => {
      const [, key = '', value = ''] = /^([a-z-]+)=(.+)$/.exec(field) ?? [];
      if (!notes.has(key)) fail(`"${field}" is not known`);
      return [key, value] as const;
    }),
  );
  const settings = parseSettings(values, fail);
  const inUsers = passwords.get(address);
  if (state === 'held' && inUsers === undefined) {
    return fail(`${address} is held but has no line in \`users\``);
  }
  const password = mayLogIn({ state, settings }) ? inUsers : values.get('password');
  return {
    address,
    state,
    holder,
    mailbox,
    password: password ?? null,
    spellings: passwordForms.flatMap((form): PasswordSpelling[] => {
      const hash = values.get(form);
      return hash === undefined ? [] : [{ form, hash }];
    }),
    token: values.get('token') ?? null,
    resetToken: values.get('reset-token') ?? null,
    settings,
  };
}
