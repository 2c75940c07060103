/** Lines of the file `domains`, one for each relayed domain. Pure. */
import { decode, encode, type Fail } from './lines.ts';
import type { DomainRecord } from './types.ts';

export function domainLine({ domain, reference, password, verified, backend }: DomainRecord): string[] {
  return [
    domain,
    verified ? 'verified' : 'unverified',
    encode(reference),
    backend.host,
    `${backend.port}`,
    backend.authentication,
    ...backend.fingerprints,
    ...(password === null ? [] : [`password=${password}`]),
  ];
}

export function parseDomain(fields: string[], fail: Fail): DomainRecord {
  const [domain, state, reference, host, port = '', authentication, ...rest] = fields;
  if (!domain || !reference || !host || !/^[0-9]{1,5}$/.test(port)) {
    return fail('is not `domain state reference host port authentication [fingerprint …] [password=…]`');
  }
  if (state !== 'verified' && state !== 'unverified')
    return fail(`"${state}" is neither verified nor unverified`);
  if (authentication !== 'none' && authentication !== 'password' && authentication !== 'fingerprint')
    return fail(`"${authentication}" is no authentication`);
  const fingerprints = rest.filter((field) => /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/.test(field));
  const password = rest
    .filter((field) => !fingerprints.includes(field))
    .map((field) => /^password=(.+)$/.exec(field)?.[1] ?? fail(`"${field}" is not known`))[0];
  return {
    domain,
    reference: decode(reference, fail),
    verified: state === 'verified',
    password: password ?? null,
    backend: { host, port: Number(port), authentication, fingerprints },
  };
}
