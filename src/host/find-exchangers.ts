/** Where mail for a domain goes, asked of DNS. */
import type { Resolver } from 'node:dns/promises';

import type { MailExchangers } from '../names/mail-exchangers.ts';

export async function findExchangers(resolver: Resolver, domain: string): Promise<MailExchangers> {
  try {
    const records = await resolver.resolveMx(domain);
    return {
      kind: 'exchangers',
      names: records.map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, '')),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND') return { kind: 'absent' };
    if (code === 'ENODATA') return findAddress(resolver, domain);
    return { kind: 'error', reason: message };
  }
}

/** Not by `lookup`: it takes a thread that files need too, for as long as the slowest name server pleases. */
async function findAddress(resolver: Resolver, domain: string): Promise<MailExchangers> {
  const answers = await Promise.allSettled([resolver.resolve4(domain), resolver.resolve6(domain)]);
  if (answers.some(({ status }) => status === 'fulfilled')) return { kind: 'none', hasAddress: true };
  for (const answer of answers) {
    if (answer.status === 'fulfilled') continue;
    const { code, message } = answer.reason as NodeJS.ErrnoException;
    if (code !== 'ENODATA' && code !== 'ENOTFOUND') return { kind: 'error', reason: message };
  }
  return { kind: 'none', hasAddress: false };
}
