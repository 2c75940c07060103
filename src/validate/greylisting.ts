/** What greylisting leaves alone, and what is wrong with it. Pure. */
import type { RelayInput } from '../generated/types/mail-server-relay/relay-input.ts';
import {
  type GreylistingException,
  type ParsedException,
  parseClientException,
  parseRecipientException,
} from '../names/greylisting-exception.ts';

export interface GreylistingExceptions {
  clients: GreylistingException[];
  recipients: GreylistingException[];
}

type Written = RelayInput['greylisting'];

const lists = [
  ['clients', 'whitelist-clients', parseClientException],
  ['recipients', 'whitelist-recipients', parseRecipientException],
] as const;

/** `pointer`: where the setting stands; `problems`: one sentence for each. */
export function greylistingExceptionsOf(
  written: Written,
  pointer: string,
): { exceptions: GreylistingExceptions; problems: string[] } {
  const exceptions: GreylistingExceptions = { clients: [], recipients: [] };
  const problems: string[] = [];
  for (const [list, name, parse] of lists) {
    for (const [index, parsed] of written[name].map((text): ParsedException => parse(text)).entries()) {
      if ('problem' in parsed) problems.push(`${pointer}/${name}/${index}: ${parsed.problem}`);
      else if (parsed.exception !== null) exceptions[list].push(parsed.exception);
    }
  }
  return { exceptions, problems };
}
