/** The ledger after a run: publications that the master does not have yet are in its outbox. Pure. */
import { entryOf } from '../ledger/entry-of.ts';
import { isSameDigest, type PublicationDigest, withoutToken } from '../ledger/publication-digest.ts';
import type { Ledger, Publication } from '../ledger/types.ts';
import type { PlannedPublication } from './planned.ts';

/** `remembered`: the tables that change in this run. */
export function nextLedger(
  before: Ledger,
  publications: readonly PlannedPublication[],
  remembered: Partial<Ledger> & Pick<Ledger, 'ports' | 'secrets'>,
): Ledger {
  const waiting = publications.filter(
    ({ target, digest }) => !isPublished(digest, entryOf(before.published, target)),
  );
  const targets = new Set(publications.map(({ target }) => target));
  return {
    accounts: before.accounts,
    aliases: before.aliases,
    domains: before.domains,
    requested: before.requested,
    answers: before.answers,
    ...remembered,
    secrets: { ...before.secrets, ...remembered.secrets },
    published: Object.fromEntries(Object.entries(before.published).filter(([target]) => targets.has(target))),
    outbox: Object.fromEntries(
      waiting.map(({ target, parameters, digest, error }): [string, Publication] => {
        const waited = entryOf(before.outbox, target);
        const refusals = waited && isSameDigest(waited.digest, digest) ? waited.refusals : undefined;
        return [
          target,
          {
            parameters,
            digest,
            ...(error === undefined ? {} : { error }),
            ...(refusals === undefined ? {} : { refusals }),
          },
        ];
      }),
    ),
  };
}

/** Whether the master has it already, or would have but for a token that was used since: nobody needs that token. */
function isPublished(planned: PublicationDigest, published: PublicationDigest | undefined): boolean {
  if (published === undefined) return false;
  return isSameDigest(published, planned) || isSameDigest(withoutToken(published), planned);
}
