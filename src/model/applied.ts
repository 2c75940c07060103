/**
 * What instances tell each other that they have applied. State spreads processing by processing; whoever waits until the
 * others know something, such as a next certificate, reads it here. Pure.
 */

/**
 * `applied.fingerprints` of connection parameters: those that the other side trusts. Null when it does not say: an older
 * release does not, and nothing waits for it.
 */
export function appliedFingerprints(
  parameters: Readonly<Record<string, unknown>> | undefined,
): string[] | null {
  const prints = (parameters?.['applied'] as { fingerprints?: unknown } | null | undefined)?.fingerprints;
  return Array.isArray(prints) ? prints.map((print) => String(print).toUpperCase()) : null;
}

/** Fingerprints that all of several trust, of those who say so; null when none does. */
export function trustedByAll(peers: readonly (readonly string[] | null)[]): string[] | null {
  const [first, ...more] = peers.flatMap((prints) => (prints === null ? [] : [new Set(prints)]));
  return first === undefined ? null : [...first].filter((print) => more.every((prints) => prints.has(print)));
}
