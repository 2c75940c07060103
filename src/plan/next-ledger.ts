/** The ledger after a run: what the master lacks waits in its outbox. */
import type { Ledger, Publication } from '../ledger/types.ts';
import type { PlannedPublication } from './planned.ts';

/** `remembered`: what this release adds to what every release remembers. */
export function nextLedger(
  before: Ledger,
  publications: readonly PlannedPublication[],
  remembered: Partial<Ledger> & Pick<Ledger, 'ports' | 'secrets'>,
): Ledger {
  const waiting = publications.filter((planned) => !isPublished(planned, before.published[planned.target]));
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
        const same = before.outbox[target]?.digest === digest ? before.outbox[target] : undefined;
        return [
          target,
          {
            parameters,
            digest,
            ...(error === undefined ? {} : { error }),
            ...(same?.refusals === undefined ? {} : { refusals: same.refusals }),
          },
        ];
      }),
    ),
  };
}

/** Whether the master already has it. A used token is no reason to publish again: the requester's copy is spent. */
export function isPublished(publication: PlannedPublication, published: string | undefined): boolean {
  if (published === undefined) return false;
  const [place, token, uses] = publication.digest.split('.');
  if (token !== '-') return published === publication.digest;
  const [publishedPlace, , publishedUses] = published.split('.');
  return publishedPlace === place && publishedUses === uses;
}
