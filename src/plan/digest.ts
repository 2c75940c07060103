/** Digests of what is published. Pure. */
import { hash } from 'node:crypto';

import type { PublicationDigest } from '../ledger/publication-digest.ts';

/** Of a publication that is compared as a whole. */
export function digestOf(parameters: Readonly<Record<string, unknown>>): PublicationDigest {
  return { kind: 'parameters', hash: hashOf(parameters) };
}

/** SHA-256 of a value's JSON text, hexadecimal. */
export function hashOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex');
}
