/** Names that people may log in with beside their account's address: its other addresses, and international spellings. Pure. */
import type { LogInNames } from '../../formats/log-in-names.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { unicodeSpellings } from '../../names/mail-domain.ts';
import { spellingsIn } from './address-tables.ts';

/** Dovecot and the policy process look by themselves whether it changed. */
export const logInNamesFile = 'etc/dovecot/log-in-names';

type NamedModel = Pick<MailServer, 'accounts' | 'aliases' | 'domainAliases' | 'anyPassword'>;

/** Aliases that are requests of their own are none: several people may get their mail. */
export function logInNames({ accounts, aliases, domainAliases, anyPassword }: NamedModel): LogInNames {
  // Where any password is good, each name is an account of its own.
  if (anyPassword) return new Map();
  const spellings = spellingsIn({ domainAliases });
  const owners = new Map(accounts.map(({ holder, address }) => [holder, address]));
  const own = [
    ...accounts.map(({ address }) => ({ address, account: address })),
    ...aliases.flatMap(({ address, holder }) => {
      const account = owners.get(holder);
      return account === undefined || address.startsWith('@') ? [] : [{ address, account }];
    }),
  ];
  const known = new Set(accounts.map(({ address }) => address));
  return new Map(
    own.flatMap(({ address, account }) =>
      spellings(address)
        .flatMap((each) => [each, ...inUnicode(each)])
        .filter((name) => !known.has(name))
        .map((name): [string, string] => [name, account]),
    ),
  );
}

function inUnicode(address: string): string[] {
  const at = address.lastIndexOf('@') + 1;
  return unicodeSpellings(address.slice(at)).map((domain) => address.slice(0, at) + domain);
}
