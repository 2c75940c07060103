/**
 * Digests tell whether the master has a publication already, without the secrets that it contains. Their text in the
 * ledger is one word of parts with dots between them: `hash`, or for an account `place.token` or `place.token.uses`.
 */
import type { Fail } from './lines.ts';

export type PublicationDigest = ParametersDigest | AccountDigest;

/** For a publication that is compared as a whole. */
export interface ParametersDigest {
  kind: 'parameters';
  /** Of all parameters. */
  hash: string;
}

/** For an account, whose set-up token is used up one day. Each part is a hash. */
export interface AccountDigest {
  kind: 'account';
  /** The account's address and the web address of its pages. */
  place: string;
  /** The set-up token; null if none is waiting to be used. */
  token: string | null;
  /** What the address may be used for; null if the account has nothing but its own address. */
  uses: string | null;
}

const noToken = '-';

export function serialiseDigest(digest: PublicationDigest): string {
  switch (digest.kind) {
    case 'parameters':
      return digest.hash;
    case 'account': {
      const { place, token, uses } = digest;
      return [place, token ?? noToken, ...(uses === null ? [] : [uses])].join('.');
    }
  }
}

export function parseDigest(text: string, fail: Fail): PublicationDigest {
  const [place = '', token, uses] = text.split('.');
  if (!/^[^\s.]+(\.[^\s.]+){0,2}$/.test(text)) {
    return fail(`"${text}" is no digest; remove the line, and what it is about is published again`);
  }
  if (token === undefined) return { kind: 'parameters', hash: place };
  return { kind: 'account', place, token: token === noToken ? null : token, uses: uses ?? null };
}

export function isSameDigest(left: PublicationDigest, right: PublicationDigest): boolean {
  return serialiseDigest(left) === serialiseDigest(right);
}

/** As if the set-up token had been used. */
export function withoutToken(digest: PublicationDigest): PublicationDigest {
  switch (digest.kind) {
    case 'parameters':
      return digest;
    case 'account':
      return { ...digest, token: null };
  }
}
