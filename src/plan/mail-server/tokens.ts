/** Tokens in clear for the publications that need one: known, still waiting to be sent, or made new. Pure. */
import { entryOf } from '../../ledger/entry-of.ts';
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import { renewToken } from '../../model/mail-server/accounts.ts';
import type { ClaimOutcome } from '../../model/mail-server/addresses.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { webUrl } from './web-address.ts';
import { hasSameToken } from './account-publication.ts';

/**
 * The model with a token in clear for every account whose publication the master lacks. The ledger holds hashes only,
 * so a link that must be published again (the web address changed, a released account came back) gets a new token.
 */
export function withKnownTokens(
  model: MailServer,
  answers: Answers,
  ledger: Ledger,
  seed: Uint8Array,
): MailServer {
  const base = webUrl(model.place, answers);
  const outcomes = model.outcomes.map((outcome): ClaimOutcome => {
    if (!outcome.accepted || outcome.kind === 'alias') return outcome;
    if (outcome.record.token === null || outcome.freshToken !== null) return outcome;
    const target = outcome.holder.slice('shared:'.length);
    const waiting = entryOf(ledger.outbox, target);
    const waitingToken = hasSameToken(waiting?.digest, outcome.record, base)
      ? waiting?.parameters['token']
      : undefined;
    if (typeof waitingToken === 'string') return { ...outcome, freshToken: waitingToken };
    if (hasSameToken(entryOf(ledger.published, target), outcome.record, base)) return outcome;
    return { ...outcome, ...renewToken(outcome.record, seed) };
  });
  const renewed = new Map(
    outcomes.flatMap((outcome) =>
      outcome.accepted && outcome.kind === 'account' ? [[keyOf(outcome.record), outcome.record]] : [],
    ),
  );
  const records = model.records.map((record) => renewed.get(keyOf(record)) ?? record);
  return { ...model, outcomes, records, accounts: records.filter(({ state }) => state === 'held') };
}

function keyOf({ address, holder }: { address: string; holder: string }): string {
  return `${address} ${holder}`;
}
