/** What DNS says of a domain's mail exchangers. `absent`: there is no such name (NXDOMAIN). */
export type MailExchangers =
  | { kind: 'absent' }
  | { kind: 'none'; hasAddress: boolean }
  | { kind: 'exchangers'; names: readonly string[] }
  | { kind: 'error'; reason: string };
