/** Dovecot's passwd-file (doc.dovecot.org, "Passwd-file"): `user:password:uid:gid:(gecos):home:(shell):extra`. */
import { byText, oneWord, refuseCharacters } from './one-word.ts';

export interface PasswdFileUser {
  /** Login name, lower case. */
  name: string;
  /** `{SCHEME}hash`, or null for a user that cannot log in. */
  password: string | null;
  /** Absolute home folder. */
  home: string;
  /** MiB, in place of Dovecot's own setting; null where that holds. */
  quota: number | null;
  /** Whether the Sieve scripts of the user's own are run. */
  runsScripts: boolean;
}

const quotaField = 'userdb_quota_rule=*:storage=';
/** No script is ever there, so nothing of the user's own is run; what is run for everybody is. */
const noScripts = 'userdb_sieve=file:~/no-scripts';

/** No scheme's hash is a lone star: such a user exists, receives mail and cannot log in. */
const noPassword = '*';

export function serialisePasswdFile(users: readonly PasswdFileUser[]): string {
  const field = (value: string) => refuseCharacters(oneWord(value, 'a passwd-file'), /:/, 'a passwd-file');
  // A line that begins with `#` is a comment; a star stands for no password.
  const nameField = (name: string) => refuseCharacters(field(name), /^#/, 'a passwd-file');
  const passwordField = (password: string | null) =>
    password === null ? noPassword : refuseCharacters(field(password), /^\*$/, 'a passwd-file');
  return [...users]
    .sort((left, right) => byText(left.name, right.name))
    .map(({ name, password, home, quota, runsScripts }) => {
      const fields = [
        ...(quota === null ? [] : [`${quotaField}${quota}M`]),
        ...(runsScripts ? [] : [noScripts]),
      ];
      const extra = fields.join(' ');
      return `${nameField(name)}:${passwordField(password)}::::${field(home)}::${extra}\n`;
    })
    .join('');
}

/** The users of a passwd-file; `onProblem` is called with a line number (from 1) and reason and must throw. */
export function parsePasswdFile(
  text: string,
  onProblem: (line: number, reason: string) => never,
): PasswdFileUser[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    const fields = line.split(':');
    const [name, password, , , , home] = fields;
    // The last field may hold colons.
    const extra = fields.slice(7).join(':');
    if (fields.length < 8) return onProblem(index + 1, `has ${fields.length} fields instead of 8`);
    const settings = parseExtra(extra);
    if (settings === null) {
      const known = `${quotaField}NM or ${noScripts}`;
      return onProblem(index + 1, `ends with "${extra}" instead of nothing, ${known}, or both`);
    }
    if (!name || !password || !home) return onProblem(index + 1, 'lacks a name, a password or a home');
    return [{ name, password: password === noPassword ? null : password, home, ...settings }];
  });
}

/**
 * User → password, null for one that cannot log in. For readers that need no more, at each change of a long file: lines
 * that are no user's are passed over.
 */
export function parsePasswords(text: string): ReadonlyMap<string, string | null> {
  return new Map(
    text.split('\n').flatMap((line): [string, string | null][] => {
      if (line.startsWith('#')) return [];
      const [name, password] = line.split(':', 2);
      return name && password ? [[name, password === noPassword ? null : password]] : [];
    }),
  );
}

/** Null where it is not what `serialisePasswdFile` writes. */
function parseExtra(extra: string): Pick<PasswdFileUser, 'quota' | 'runsScripts'> | null {
  const fields = extra === '' ? [] : extra.split(' ');
  const runsScripts = fields.at(-1) !== noScripts;
  const [limit, ...more] = runsScripts ? fields : fields.slice(0, -1);
  if (limit === undefined) return { quota: null, runsScripts };
  const number = limit.startsWith(quotaField) ? limit.slice(quotaField.length) : '';
  if (!/^[1-9][0-9]*M$/.test(number) || more.length > 0) return null;
  return { quota: Number(number.slice(0, -1)), runsScripts };
}
