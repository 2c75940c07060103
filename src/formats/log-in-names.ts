/**
 * Other names that people may log in with, as a passwd-file of Dovecot that only replaces the name (`noauthenticate`): the
 * password is that of the account, in another file.
 */
import { byText, oneWord, refuseCharacters } from './one-word.ts';

/** Name → account. */
export type LogInNames = ReadonlyMap<string, string>;

const middle = ':::::::noauthenticate user=';

export function serialiseLogInNames(names: LogInNames): string {
  const field = (value: string) => refuseCharacters(oneWord(value, 'a passwd-file'), /:|^#/, 'a passwd-file');
  return [...names]
    .sort(([left], [right]) => byText(left, right))
    .map(([name, account]) => `${field(name)}${middle}${field(account)}\n`)
    .join('');
}

/** Lines that are none of `serialiseLogInNames` are passed over. */
export function parseLogInNames(text: string): LogInNames {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [name, account] = line.split(middle);
      return name && account ? [[name, account]] : [];
    }),
  );
}
