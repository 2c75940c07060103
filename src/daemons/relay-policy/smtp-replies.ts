/** Replies of a mail server (RFC 5321, 4.2; enhanced codes: RFC 3463), and what they say to whoever sends. Pure. */

export interface Reply {
  code: number;
  /** Of all lines, in one. */
  text: string;
}

/** What a mail server makes of an envelope. `action`: Postfix' (access(5)). */
export type Verdict =
  | { kind: 'taken' }
  /** For good, or for now; `ofSize`: a smaller message might be taken. */
  | { kind: 'refused' | 'later'; ofSize: boolean; action: string };

const maxTextLength = 250;

/** Enhanced code without its class → what it means to the sender. */
const meanings: readonly [RegExp, string][] = [
  [/^1\.(0|1|2|3|6|10)$/, 'the mail server of this domain does not know this address'],
  [/^2\.1$/, 'this mailbox does not take mail'],
  [/^2\.2$/, 'this mailbox is full'],
  [/^(2\.3|3\.4)$/, 'this message is too large for the mail server of this domain'],
];

/** `code`: 4xx or 5xx. */
export function verdictOf({ code, text }: Reply): Verdict {
  const kind = code >= 500 ? 'refused' : 'later';
  const [, subject = '', rest = text] = /^[245]\.(\d{1,3}\.\d{1,3}) (.*)$/.exec(text) ?? [];
  const ofSize = [452, 552].includes(code) || ['2.2', '2.3', '3.1', '3.4'].includes(subject);
  const meaning =
    meanings.find(([pattern]) => pattern.test(subject))?.[1] ??
    `the mail server of this domain ${kind === 'refused' ? 'refuses it' : 'puts it off'}`;
  const [group, own] = kind === 'refused' ? [5, code] : [4, code === 421 ? 450 : code];
  // Whoever reads it is a stranger to that server, and its words come from somebody else than ours.
  const quoted = rest.replace(/[^\x20-\x7e]/g, '?').slice(0, maxTextLength);
  return { kind, ofSize, action: `${own} ${group}.${subject || '0.0'} ${meaning}; it says: ${quoted}` };
}

/** Nobody answers as a mail server does. */
export function unanswered(problem: string): Verdict {
  const action = `450 4.4.1 the mail server of this domain cannot be asked now; try again later (${problem})`;
  return { kind: 'later', ofSize: false, action };
}
