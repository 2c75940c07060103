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
}

const quotaField = 'userdb_quota_rule=*:storage=';

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
    .map(({ name, password, home, quota }) => {
      const extra = quota === null ? '' : `${quotaField}${quota}M`;
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
    const limit = extra.startsWith(quotaField) ? extra.slice(quotaField.length) : '';
    const quota = /^[1-9][0-9]*M$/.test(limit) ? Number(limit.slice(0, -1)) : null;
    if (fields.length < 8) return onProblem(index + 1, `has ${fields.length} fields instead of 8`);
    if (extra !== '' && quota === null)
      return onProblem(index + 1, `ends with "${extra}" instead of nothing or ${quotaField}NM`);
    if (!name || !password || !home) return onProblem(index + 1, 'lacks a name, a password or a home');
    return [{ name, password: password === noPassword ? null : password, home, quota }];
  });
}
