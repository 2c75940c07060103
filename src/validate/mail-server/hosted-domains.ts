/** The domains of a mail server in one spelling, and what is wrong with them. Pure. */
import type { DefaultInputWritten } from '../../generated/types/mail-server/default-input.ts';
import { promiseDomain } from '../../names/promise-address.ts';
import { shown } from '../../errors.ts';
import { canonicalDomain } from '../../names/mail-domain.ts';

export interface WrittenDomains {
  /** In the order of `mail-domains`, without duplicates. */
  domains: string[];
  /** Alias domain → the mail domain that it stands for. */
  aliases: Map<string, string>;
  /** Sentences that begin with a JSON pointer. */
  problems: string[];
}

export function hostedDomainsOf(
  written: Pick<DefaultInputWritten, 'mail-domains' | 'domain-aliases'>,
): WrittenDomains {
  const problems: string[] = [];
  const domainAt = (pointer: string, text: string): string[] => {
    const domain = canonicalDomain(text);
    if (domain === null) {
      problems.push(`${pointer}: ${shown(text)} is not a mail domain; write a name such as example.com`);
    } else if (domain === promiseDomain) {
      problems.push(`${pointer}: holds ${promiseDomain}, where this server writes to itself; remove it`);
    } else return [domain];
    return [];
  };
  const domains = new Set(
    written['mail-domains'].flatMap((text, index) => domainAt(`/mail-domains/${index}`, text)),
  );
  const aliases = new Map<string, string>();
  for (const [alias, target] of Object.entries(written['domain-aliases'] ?? {})) {
    const pointer = `/domain-aliases/${alias}`;
    const [name] = domainAt(pointer, alias);
    const [home] = domainAt(pointer, target);
    if (name === undefined || home === undefined) continue;
    if (domains.has(name)) {
      problems.push(`${pointer}: is one of the mail domains; remove it here, or there`);
    } else if (!domains.has(home)) {
      problems.push(`${pointer}: ${shown(target)} is not one of the mail domains; add it there`);
    } else if ((aliases.get(name) ?? home) !== home) {
      problems.push(`${pointer}: stands for two domains; keep one`);
    } else aliases.set(name, home);
  }
  return { domains: [...domains], aliases, problems };
}
