/** The ledger's files as text, and back. An unreadable line is an error, so that nothing is lost. Pure. */
import { OperatorError } from '../errors.ts';
import { parsePasswdFile, serialisePasswdFile } from '../formats/passwd-file.ts';
import { serialisePasswordSpellings } from '../formats/password-spellings.ts';
import { domainLine, parseDomain } from './domain-lines.ts';
import { serialiseAliases } from './alias-lines.ts';
import { accountLine, aliasLine, mayLogIn, parseHolders } from './holder-lines.ts';
import { parseAnswer, parsePublication, serialiseAnswers, serialiseOutbox } from './json-lines.ts';
import { decode, encode, type Fail, lineOf, lines, numbered, tableOf, words } from './lines.ts';
import { parseDigest, serialiseDigest } from './publication-digest.ts';
import type { Ledger, PortRecord, RequestRecord } from './types.ts';

export const ledgerFiles = [
  'users',
  'holders',
  'aliases',
  'domains',
  'ports',
  'secrets',
  'requested',
  'answers',
  'published',
  'outbox',
  'spellings',
] as const;
export type LedgerFile = (typeof ledgerFiles)[number];
export type LedgerText = Readonly<Record<LedgerFile, string>>;

/** A line that cannot be read. */
export class LedgerProblem extends OperatorError {
  readonly file: LedgerFile;
  /** From 1. */
  readonly line: number;
  readonly reason: string;

  constructor(folder: string, file: LedgerFile, line: number, reason: string) {
    super(
      `${folder}/${file}:${line}: ${reason}; nothing was changed. Mend the line, or see what \`ledger restore\` would change`,
    );
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}

/** `mailFolder` is the absolute path of `srv/mail`; homes in `users` begin with it. */
export function serialiseLedger(ledger: Ledger, mailFolder: string): LedgerText {
  const held = ledger.accounts.filter(({ state }) => state === 'held');
  return {
    users: serialisePasswdFile(
      held.map((account) => ({
        name: account.address,
        // Nobody may log in to a suspended account: its password is in `holders` meanwhile.
        password: mayLogIn(account) ? account.password : null,
        home: `${mailFolder}/${account.mailbox}`,
        quota: account.settings.mailboxSizeLimit,
        // Nor may its filter scripts send mail: a thief may have left one.
        runsScripts: account.settings.suspended === 'no',
      })),
    ),
    holders: lines([...ledger.accounts.map(accountLine), ...ledger.aliases.map(aliasLine)]),
    aliases: serialiseAliases(ledger.aliases, held),
    domains: lines(ledger.domains.map(domainLine)),
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
    answers: serialiseAnswers(ledger.answers),
    published: lines(
      Object.entries(ledger.published).map(([target, digest]) => [encode(target), serialiseDigest(digest)]),
    ),
    outbox: serialiseOutbox(ledger.outbox),
    // Made of `holders`, for Dovecot, and never read here.
    spellings: serialisePasswordSpellings(
      held
        .filter((account) => mayLogIn(account) && account.password !== null)
        .map(({ address, spellings }) => ({ name: address, spellings })),
    ),
  };
}

/** `folder` is only for messages. Throws LedgerProblem. */
export function parseLedger(text: LedgerText, folder: string): Ledger {
  const fail = (file: LedgerFile, line: number, reason: string): never => {
    throw new LedgerProblem(folder, file, line, reason);
  };
  const passwords = new Map<string, string | null>();
  for (const { name, password } of parsePasswdFile(text.users, (line, reason) =>
    fail('users', line, reason),
  )) {
    if (passwords.has(name)) fail('users', lineOf(text.users, `${name}:`), `${name} stands twice`);
    passwords.set(name, password);
  }
  const { accounts, aliases } = parseHolders({ ...text, passwords }, fail);
  const held = new Set(accounts.filter(({ state }) => state === 'held').map(({ address }) => address));
  for (const name of passwords.keys()) {
    if (!held.has(name))
      fail('users', lineOf(text.users, `${name}:`), `${name} has no holder in \`holders\``);
  }
  const table = <Value>(
    file: 'ports' | 'secrets' | 'requested' | 'published',
    parse: (fields: string[], fail: Fail) => [string, Value],
  ) =>
    tableOf(
      words(text[file]).map(({ line, fields }) => {
        const failHere: Fail = (reason) => fail(file, line, reason);
        const [key, value] = parse(fields, failHere);
        return { key, value, fail: failHere };
      }),
    );
  const jsonTable = <Value>(
    file: 'answers' | 'outbox',
    parse: (entry: string, fail: Fail) => [string, Value],
  ) =>
    tableOf(
      numbered(text[file]).map(({ line, text: entry }) => {
        const failHere: Fail = (reason) => fail(file, line, reason);
        const [key, value] = parse(entry, failHere);
        return { key, value, fail: failHere };
      }),
    );
  return {
    accounts,
    aliases,
    domains: words(text.domains).map(({ line, fields }) =>
      parseDomain(fields, (reason) => fail('domains', line, reason)),
    ),
    ports: table('ports', ([service, port = '', ipv4], failHere): [string, PortRecord] => {
      const isPort = /^[0-9]{1,5}$/.test(port) && Number(port) <= 65535;
      if (!service || !isPort) return failHere('is not `service port ipv4`');
      return [service, { port: Number(port), ipv4: ipv4 === 'ipv4' }];
    }),
    secrets: table('secrets', ([name, secret], failHere) =>
      name && secret ? [name, secret] : failHere('is not `name secret`'),
    ),
    requested: table('requested', ([name, url, type, shared], failHere): [string, RequestRecord] => {
      if (!name || !url || !type) return failHere('is not `name url type shared`');
      const [softwareUrl, softwareType] = [decode(url, failHere), decode(type, failHere)];
      return [decode(name, failHere), { softwareUrl, softwareType, shared: shared === 'shared' }];
    }),
    published: table('published', ([target, digest], failHere) =>
      target && digest
        ? [decode(target, failHere), parseDigest(digest, failHere)]
        : failHere('is not `target digest`'),
    ),
    answers: jsonTable('answers', parseAnswer),
    outbox: jsonTable('outbox', parsePublication),
  };
}
