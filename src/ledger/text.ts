/** The ledger's files as text, and back. Pure. A line that cannot be read stops everything: nothing is dropped. */
import { OperatorError } from '../errors.ts';
import { byText, oneWord } from '../formats/one-word.ts';
import { parsePasswdFile, serialisePasswdFile } from '../formats/passwd-file.ts';
import type { AccountRecord, Holder, Ledger, PortRecord, Publication, RequestRecord } from './types.ts';

export const ledgerFiles = [
  'users',
  'holders',
  'ports',
  'secrets',
  'requested',
  'published',
  'outbox',
] as const;
export type LedgerFile = (typeof ledgerFiles)[number];
export type LedgerText = Readonly<Record<LedgerFile, string>>;

/** `mailFolder` is the absolute path of `srv/mail`; homes in `users` begin with it. */
export function serialiseLedger(ledger: Ledger, mailFolder: string): LedgerText {
  const held = ledger.accounts.filter(({ state }) => state === 'held');
  return {
    users: serialisePasswdFile(
      held.map(({ address, password, mailbox }) => ({
        name: address,
        password,
        home: `${mailFolder}/${mailbox}`,
      })),
    ),
    holders: lines(ledger.accounts.map(holderLine)),
    ports: lines(
      Object.entries(ledger.ports).map(([service, { port, ipv4 }]) => [
        service,
        `${port}`,
        ipv4 ? 'ipv4' : '-',
      ]),
    ),
    secrets: lines(Object.entries(ledger.secrets)),
    requested: lines(
      Object.entries(ledger.requested).map(([name, { softwareUrl, softwareType, shared }]) => [
        encode(name),
        encode(softwareUrl),
        encode(softwareType),
        shared ? 'shared' : '-',
      ]),
    ),
    published: lines(Object.entries(ledger.published).map(([target, digest]) => [encode(target), digest])),
    outbox: Object.entries(ledger.outbox)
      .sort(([left], [right]) => byText(left, right))
      .map(([target, publication]) => `${JSON.stringify({ target, ...publication })}\n`)
      .join(''),
  };
}

/** Reads the ledger back; `folder` is only for messages. Throws OperatorError with file and line. */
export function parseLedger(text: LedgerText, folder: string): Ledger {
  const fail = (file: LedgerFile, line: number, reason: string): never => {
    throw new OperatorError(
      `${folder}/${file}:${line}: ${reason}; nothing was changed. Mend the line or restore the file from ${folder}/../previous`,
    );
  };
  const passwords = new Map<string, string | null>();
  for (const { name, password } of parsePasswdFile(text.users, (line, reason) =>
    fail('users', line, reason),
  )) {
    if (passwords.has(name)) fail('users', lineOf(text.users, `${name}:`), `${name} stands twice`);
    passwords.set(name, password);
  }
  const accounts = words(text.holders).map(({ line, fields }) =>
    parseHolder(fields, passwords, (reason) => fail('holders', line, reason)),
  );
  const held = new Set(accounts.filter(({ state }) => state === 'held').map(({ address }) => address));
  for (const name of passwords.keys()) {
    if (!held.has(name))
      fail('users', lineOf(text.users, `${name}:`), `${name} has no holder in \`holders\``);
  }
  return {
    accounts,
    ports: table(text.ports, ([service, port, ipv4], line): [string, PortRecord] => {
      if (!service || !/^[0-9]{1,5}$/.test(port ?? ''))
        return fail('ports', line, 'is not `service port ipv4`');
      return [service, { port: Number(port), ipv4: ipv4 === 'ipv4' }];
    }),
    secrets: table(text.secrets, ([name, secret], line) =>
      name && secret ? [name, secret] : fail('secrets', line, 'is not `name secret`'),
    ),
    requested: table(text.requested, ([name, url, type, shared], line): [string, RequestRecord] => {
      if (!name || !url || !type) return fail('requested', line, 'is not `name url type shared`');
      return [
        decode(name),
        { softwareUrl: decode(url), softwareType: decode(type), shared: shared === 'shared' },
      ];
    }),
    published: table(text.published, ([target, digest], line) =>
      target && digest ? [decode(target), digest] : fail('published', line, 'is not `target digest`'),
    ),
    outbox: Object.fromEntries(
      numbered(text.outbox).map(({ line, text: entry }) => {
        try {
          const { target, ...publication } = JSON.parse(entry) as Publication & { target: string };
          return [target, publication];
        } catch {
          return fail('outbox', line, 'is not JSON');
        }
      }),
    ),
  };
}

function holderLine(account: AccountRecord): string[] {
  const { address, state, holder, mailbox, token, resetToken, password } = account;
  return [
    address,
    state,
    encode(holder),
    mailbox,
    ...(token === null ? [] : [`token=${token}`]),
    ...(resetToken === null ? [] : [`reset-token=${resetToken}`]),
    // The password of a held account stands in `users`, where Dovecot reads it.
    ...(state === 'held' || password === null ? [] : [`password=${password}`]),
  ];
}

function parseHolder(
  fields: string[],
  passwords: ReadonlyMap<string, string | null>,
  fail: (reason: string) => never,
): AccountRecord {
  const [address, state, encodedHolder, mailbox, ...rest] = fields;
  if (!address || !encodedHolder || !mailbox) return fail('is not `address state holder mailbox …`');
  if (state !== 'held' && state !== 'released') return fail(`"${state}" is neither held nor released`);
  const holder = decode(encodedHolder);
  if (!/^(shared|builtin):/.test(holder)) return fail(`"${holder}" is no holder`);
  const values = new Map(
    rest.map((field) => {
      const [, key, value] =
        /^(token|reset-token|password)=(.+)$/.exec(field) ?? fail(`"${field}" is not known`);
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
  };
}

function lines(rows: readonly (readonly string[])[]): string {
  return rows
    .map((row) => `${row.map((word) => oneWord(word, 'the ledger')).join(' ')}\n`)
    .sort(byText)
    .join('');
}

function numbered(text: string): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'));
}

function words(text: string): { line: number; fields: string[] }[] {
  return numbered(text).map(({ line, text: row }) => ({ line, fields: row.split(' ') }));
}

function table<Value>(
  text: string,
  parse: (fields: string[], line: number) => [string, Value],
): Record<string, Value> {
  return Object.fromEntries(words(text).map(({ line, fields }) => parse(fields, line)));
}

/** References may hold blanks and punctuation; `-` stands for the instance itself, whose target is empty. */
function encode(text: string): string {
  return text === '' ? '-' : encodeURIComponent(text).replace(/^-/, '%2D');
}

function decode(text: string): string {
  return text === '-' ? '' : decodeURIComponent(text);
}

function lineOf(text: string, start: string): number {
  return text.split('\n').findIndex((line) => line.startsWith(start)) + 1;
}
