/** Requests to other instances, and what came back. */

/** One request to the master, as values. `name` is unique within the instance. */
export interface RelationRequest {
  name: string;
  softwareUrl: string;
  softwareType: string;
  shared: boolean;
  serialisation: 'json-in-xml' | 'xml';
  parameters: Readonly<Record<string, unknown>>;
  filter?: Readonly<Record<string, string>>;
  /** `started` unless said. */
  state?: 'started' | 'stopped' | 'destroyed';
}

/** Request name → connection parameters; absent while there is no answer. */
export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What DNS says of a domain's mail exchangers. `absent`: there is no such name (NXDOMAIN). */
export type MailExchangers =
  | { kind: 'absent' }
  | { kind: 'none'; hasAddress: boolean }
  | { kind: 'exchangers'; names: readonly string[] }
  | { kind: 'error'; reason: string };

/** What came from outside: other instances' answers, and DNS. */
export interface Outside {
  answers: Answers;
  /** By domain. */
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** TXT records' texts, by domain. */
  texts: Readonly<Record<string, readonly string[]>>;
}

export const nothingOutside: Outside = { answers: {}, mailExchangers: {}, texts: {} };
