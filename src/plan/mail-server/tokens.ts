/** Set-up tokens in clear for the publications that need one. Pure. */
import { entryOf } from '../../ledger/entry-of.ts';
import type { AccountRecord, Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import { renewToken } from '../../model/mail-server/accounts.ts';
import type { AccountOutcome, ClaimOutcome } from '../../model/mail-server/addresses.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { webUrl } from './web-address.ts';
import { hasSameToken } from './account-publication.ts';

/**
 * The model with a token in clear for every account whose token the master lacks: the known one, else the one that waits
 * in the outbox, else a new one. The ledger keeps only hashes, so that a link that must be published again (the web
 * address changed, a released account came back) needs a new token.
 */
export function withKnownTokens(
  model: MailServer,
  answers: Answers,
  ledger: Ledger,
  seed: Uint8Array,
): MailServer {
  const base = webUrl(model.place, answers);
  const renewed = new Map<string, AccountRecord>();
  const outcomes = model.outcomes.map((outcome): ClaimOutcome => {
    switch (outcome.kind) {
      case 'account': {
        const withToken = withKnownToken(outcome, base, ledger, seed);
        renewed.set(keyOf(withToken.record), withToken.record);
        return withToken;
      }
      case 'alias':
      case 'refused':
        return outcome;
    }
  });
  const records = model.records.map((record) => renewed.get(keyOf(record)) ?? record);
  return { ...model, outcomes, records, accounts: records.filter(({ state }) => state === 'held') };
}

function withKnownToken(
  outcome: AccountOutcome,
  base: string,
  { outbox, published }: Ledger,
  seed: Uint8Array,
): AccountOutcome {
  const { record, freshToken, holder } = outcome;
  if (record.token === null || freshToken !== null) return outcome;
  const target = holder.slice('shared:'.length);
  const waiting = entryOf(outbox, target);
  const waitingToken = hasSameToken(waiting?.digest, record, base) ? waiting?.parameters['token'] : undefined;
  if (typeof waitingToken === 'string') return { ...outcome, freshToken: waitingToken };
  if (hasSameToken(entryOf(published, target), record, base)) return outcome;
  return { ...outcome, ...renewToken(record, seed) };
}

function keyOf({ address, holder }: { address: string; holder: string }): string {
  return `${address} ${holder}`;
}
