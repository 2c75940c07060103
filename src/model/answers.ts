/** Requests to other instances, their answers, and what DNS says. */
import type { MailExchangers } from '../names/mail-exchangers.ts';

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

/** Everything that comes from outside the instance. */
export interface Outside {
  answers: Answers;
  /** By domain. */
  mailExchangers: Readonly<Record<string, MailExchangers>>;
  /** Texts of TXT records, by domain. */
  texts: Readonly<Record<string, readonly string[]>>;
}

export const nothingOutside: Outside = { answers: {}, mailExchangers: {}, texts: {} };
