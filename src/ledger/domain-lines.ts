/** Lines of `domains`: the relayed domains of a cluster. */
import { decode, encode, type Fail } from './lines.ts';
import type { DomainRecord } from './types.ts';

export function domainLine({ domain, reference, password, verified }: DomainRecord): string[] {
  const state = verified ? 'verified' : 'unverified';
  return [domain, state, encode(reference), ...(password === null ? [] : [`password=${password}`])];
}

export function parseDomain([domain, state, reference, ...rest]: string[], fail: Fail): DomainRecord {
  if (!domain || !reference) return fail('is not `domain state reference [password=…]`');
  if (state !== 'verified' && state !== 'unverified')
    return fail(`"${state}" is neither verified nor unverified`);
  const password = rest.map(
    (field) => /^password=(.+)$/.exec(field)?.[1] ?? fail(`"${field}" is not known`),
  )[0];
  return {
    domain,
    reference: decode(reference, fail),
    verified: state === 'verified',
    password: password ?? null,
  };
}
