/**
 * Hashes of one password as mail programs send it otherwise than it was set, as a passwd-file of Dovecot: `account/form:hash`.
 * Dovecot compares bytes.
 */
import { byText, oneWord, refuseCharacters } from './one-word.ts';

/** Decomposed, as some programs of Apple send it; in the character set of Western Windows, which holds Latin-1. */
export const passwordForms = ['nfd', 'windows'] as const;
export type PasswordForm = (typeof passwordForms)[number];

export interface PasswordSpelling {
  form: PasswordForm;
  /** As Dovecot reads it: `{CRYPT}…`. */
  hash: string;
}

export function serialisePasswordSpellings(
  accounts: readonly { name: string; spellings: readonly PasswordSpelling[] }[],
): string {
  const field = (value: string) => refuseCharacters(oneWord(value, 'a passwd-file'), /:|^#/, 'a passwd-file');
  return accounts
    .flatMap(({ name, spellings }) =>
      spellings.map(({ form, hash }) => ({ key: field(`${name}/${form}`), hash: field(hash) })),
    )
    .sort((left, right) => byText(left.key, right.key))
    .map(({ key, hash }) => `${key}:${hash}::::::\n`)
    .join('');
}
