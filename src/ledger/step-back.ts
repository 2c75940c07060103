/** What going back to an earlier text of the ledger changes, in sentences that hold no secret. Pure. */
import { ledgerFiles, type LedgerFile, type LedgerText } from './text.ts';

/** A line of a file whose subject has another one in the earlier text; null where there is none. */
interface ChangedLine {
  /** An address, or the name of what the line is about. */
  subject: string;
  current: string | null;
  earlier: string | null;
}

/** One sentence for each line that changes; empty when the two are the same. `current` may hold anything. */
export function stepBack(current: LedgerText, earlier: LedgerText): string[] {
  return ledgerFiles.flatMap((file) =>
    changedLines(file, current[file], earlier[file]).map((line) => `${file}: ${sentences[file](line)}`),
  );
}

const sentences: Readonly<Record<LedgerFile, (line: ChangedLine) => string>> = {
  users: ({ subject, current, earlier }) => {
    if (earlier === null) return `${subject} goes: nobody can log in until a processing makes it anew`;
    if (current === null) return `${subject} comes back, with the password that it had`;
    const [, before] = earlier.split(':');
    if (current.split(':')[1] === before) return `${subject} has its earlier settings again`;
    return `${subject} has its earlier password again${before === '*' ? ', which is none' : ''}`;
  },
  holders: ({ subject, current, earlier }) => {
    if (earlier === null) return `${subject} is held by nobody until a processing makes it anew`;
    if (current === null) return `${subject} is held again`;
    return `${subject} has its earlier ${changedWords(current, earlier).join(', ')} again`;
  },
  aliases: ({ subject, current, earlier }) => {
    if (earlier === null) return `${subject} leads nowhere until a processing makes it anew`;
    const destinations = earlier.slice(subject.length).trim();
    return `${subject} leads to ${destinations} again${current === null ? '' : ', and to nobody else'}`;
  },
  domains: other('relayed domain'),
  ports: other('port'),
  secrets: other('password'),
  requested: other('request'),
  answers: other('answer'),
  published: other('note of what the master knows'),
  outbox: other('message to the master'),
  spellings: other('form of a password'),
};

function other(kind: string) {
  return ({ subject, current, earlier }: ChangedLine): string => {
    const what = `the ${kind} ${subject}`;
    if (earlier === null) return `${what} goes`;
    return current === null ? `${what} comes back` : `${what} is the earlier one again`;
  };
}

function changedLines(file: LedgerFile, current: string, earlier: string): ChangedLine[] {
  const now = bySubject(file, current);
  const then = bySubject(file, earlier);
  return [...new Set([...then.keys(), ...now.keys()])]
    .map((key) => ({
      subject: key.split('\n')[0] ?? '',
      current: now.get(key) ?? null,
      earlier: then.get(key) ?? null,
    }))
    .filter((line) => line.current !== line.earlier);
}

function bySubject(file: LedgerFile, text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line, index): [string, string][] => {
      if (line === '' || line.startsWith('#')) return [];
      return [[subjectOf(file, line) ?? `line ${index + 1}, which cannot be read,`, line]];
    }),
  );
}

/** Null for what no line of that file looks like: it may be a part of a secret. */
function subjectOf(file: LedgerFile, line: string): string | null {
  switch (file) {
    case 'users':
    case 'spellings':
      return line.split(':').length === 8 ? (/^[^\s:@]+@[^\s:@]+(?=:)/.exec(line)?.[0] ?? null) : null;
    case 'holders': {
      const [address = '', state, holder] = line.split(' ');
      if (!address.includes('@') || holder === undefined) return null;
      // One address may have a holder, several who held it before, and be an alias.
      return state === 'alias' ? address : `${address}\n${holder}`;
    }
    case 'answers':
    case 'outbox':
      return nameIn(line);
    case 'aliases':
    case 'domains':
    case 'ports':
    case 'secrets':
    case 'requested':
    case 'published':
      return /^\S+(?= )/.exec(line)?.[0] ?? null;
  }
}

/** The name that a line of JSON is about. */
function nameIn(line: string): string | null {
  try {
    const [name]: unknown[] = Object.values(JSON.parse(line) as object);
    return typeof name === 'string' ? name || 'for the instance itself' : null;
  } catch {
    return null;
  }
}

/** What differs between two lines of `holders`: its columns by their names. */
function changedWords(current: string, earlier: string): string[] {
  const [now, then] = [columns(current), columns(earlier)];
  return [...new Set([...then.keys(), ...now.keys()])].filter((name) => now.get(name) !== then.get(name));
}

function columns(line: string): Map<string, string> {
  const names = ['address', 'state', 'holder', 'mailbox'];
  return new Map(
    line.split(' ').map((word, index): [string, string] => {
      const [name = ''] = word.split('=');
      return [names[index] ?? name, word];
    }),
  );
}
