/** DNS lookups with a time limit, in parallel: a slow resolver delays one processing by seconds, never blocks it. */
import { Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { findExchangers } from '../../host/find-exchangers.ts';
import type { Outside } from '../../model/answers.ts';
import type { MailExchangers } from '../../names/mail-exchangers.ts';

/** Milliseconds for all lookups together. */
const timeLimit = 10_000;
/** Domains that are looked up at once; so many that one requester's slow domains do not keep others from their turn. */
const parallel = 2000;

/** Domains without an answer in time have an error; the next processing asks again. */
export async function lookUpDomains(domains: readonly string[]): Promise<Omit<Outside, 'answers'>> {
  const slow = (domain: string): MailExchangers => ({
    kind: 'error',
    reason: `no answer about ${domain} within ${timeLimit / 1000} seconds`,
  });
  // Maps: a domain may be called `__proto__`.
  const mailExchangers = new Map(domains.map((domain) => [domain, slow(domain)]));
  const texts = new Map<string, readonly string[]>();
  if (domains.length === 0) return { mailExchangers: {}, texts: {} };

  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  const waiting = [...domains];
  const worker = async () => {
    for (let domain = waiting.shift(); domain !== undefined; domain = waiting.shift()) {
      const [exchangers, text] = await Promise.all([
        findExchangers(resolver, domain),
        findTexts(resolver, domain),
      ]);
      mailExchangers.set(domain, exchangers);
      texts.set(domain, text);
    }
  };
  const inTime = new AbortController();
  await Promise.race([
    Promise.all(Array.from({ length: parallel }, worker)),
    delay(timeLimit, undefined, { signal: inTime.signal }).catch(() => undefined),
  ]);
  inTime.abort();
  resolver.cancel();
  return { mailExchangers: Object.fromEntries(mailExchangers), texts: Object.fromEntries(texts) };
}

async function findTexts(resolver: Resolver, domain: string): Promise<string[]> {
  return resolver.resolveTxt(domain).then(
    (records) => records.map((parts) => parts.join('')),
    () => [],
  );
}
