/** Requests to other instances, their answers, and what DNS says. */

/** A request to the master for another instance. `name` is unique within the requesting instance. */
export interface RelationRequest {
  name: string;
  softwareUrl: string;
  softwareType: string;
  shared: boolean;
  serialisation: 'json-in-xml' | 'xml';
  parameters: Readonly<Record<string, unknown>>;
  filter?: Readonly<Record<string, string>>;
  /** By default `started`. */
  state?: 'started' | 'stopped' | 'destroyed';
}

/** Request name → connection parameters of the requested instance, once there are any. */
export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What DNS says of a domain's mail exchangers. `absent`: there is no such name (NXDOMAIN). */
export type MailExchangers =
  | { kind: 'absent' }
  | { kind: 'none'; hasAddress: boolean }
  | { kind: 'exchangers'; names: readonly string[] }
  | { kind: 'error'; reason: string };

/** Everything that comes from outside the instance. */
export interface Outside {
  answers: Answers;
  /** By domain. */
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** Texts of TXT records, by domain. */
  texts: Readonly<Record<string, readonly string[]>>;
}

export const nothingOutside: Outside = { answers: {}, mailExchangers: {}, texts: {} };
