/** The warning of an account or alias whose domain this server does not host: it is held, and its mail waits. Pure. */
import type { Holder } from '../../ledger/types.ts';
import type { MailServer } from '../../model/mail-server/model.ts';

type HeldModel = Pick<MailServer, 'accounts' | 'aliases' | 'domains'>;

/** Holder → warning; those all of whose domains are hosted are not in it. */
export function unhostedWarnings({ accounts, aliases, domains }: HeldModel): ReadonlyMap<Holder, string> {
  const hosted = new Set(domains);
  const found = new Map<Holder, Set<string>>();
  for (const { address, holder } of [...accounts, ...aliases]) {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    if (!hosted.has(domain)) found.set(holder, (found.get(holder) ?? new Set()).add(domain));
  }
  return new Map([...found].map(([holder, missing]) => [holder, warningOf([...missing], domains)]));
}

function warningOf(missing: readonly string[], domains: readonly string[]): string {
  const are = missing.length === 1 ? 'is not one' : 'are not';
  return (
    `domain_not_hosted: ${missing.join(', ')} ${are} of this server's domains (${domains.join(', ')}); ` +
    "log-in works, mail does once the server's owner adds it to mail-domains"
  );
}
