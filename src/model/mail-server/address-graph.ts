/** Which address leads to which, and what is too much of it. Pure. */
import { withoutTag } from './tags.ts';

/** How far one address may lead; more is a mistake or an attack. */
export const mostDestinations = 200;
export const mostLevels = 10;

export interface AddressRules {
  /** Domains of this server. */
  domains: ReadonlySet<string>;
  /** What separates a name from a tag; empty: nothing does. */
  delimiter: string;
  /** Whether mail may be sent on to other servers. */
  forwarding: boolean;
}

export function isForeign(address: string, { domains }: Pick<AddressRules, 'domains'>): boolean {
  return !domains.has(address.slice(address.lastIndexOf('@') + 1));
}

/** The address among `held` that `destination` means: itself, else itself without its tag. Never a catch-all. */
export function heldAddress(
  destination: string,
  held: { has: (address: string) => boolean },
  delimiter: string,
): string | null {
  if (held.has(destination)) return destination;
  const plain = withoutTag(destination, delimiter);
  return plain !== null && held.has(plain) ? plain : null;
}

/** Edges between held addresses. A mailbox that leads to itself keeps a copy: that is an end, not a step. */
export interface AddressGraph {
  destinations: (address: string) => readonly string[];
  lead: (address: string, destinations: readonly string[]) => void;
  /** Why `address` must not lead where it does, or null. */
  fault: (address: string) => string | null;
}

export function newAddressGraph(
  held: { has: (address: string) => boolean },
  mailboxes: { has: (address: string) => boolean },
  { delimiter }: AddressRules,
): AddressGraph {
  const stepTo = (address: string, each: string): string | null =>
    each === address && mailboxes.has(address) ? null : heldAddress(each, held, delimiter);
  const edges = new Map<string, readonly string[]>();
  /** Held address → those that lead to it directly. */
  const sources = new Map<string, Set<string>>();
  const destinations = (address: string) => edges.get(address) ?? [];
  const next = (address: string): string[] =>
    destinations(address).flatMap((each) => {
      const found = stepTo(address, each);
      return found === null ? [] : [found];
    });

  const lead = (address: string, to: readonly string[]) => {
    for (const each of next(address)) sources.get(each)?.delete(address);
    edges.set(address, to);
    for (const each of next(address)) {
      const found = sources.get(each) ?? new Set();
      sources.set(each, found.add(address));
    }
  };

  const pathBack = (start: string): string[] | null => {
    const seen = new Set<string>();
    const search = (address: string): string[] | null => {
      for (const each of next(address)) {
        if (each === start) return [address, start];
        if (seen.has(each)) continue;
        seen.add(each);
        const rest = search(each);
        if (rest !== null) return [address, ...rest];
      }
      return null;
    };
    return search(start);
  };

  const sizeOf = (start: string): { ends: number; levels: number } => {
    const ends = new Set<string>();
    const levels = new Map<string, number>();
    const measure = (address: string): number => {
      const known = levels.get(address);
      if (known !== undefined) return known;
      let most = 0;
      for (const each of destinations(address)) {
        const found = stepTo(address, each);
        if (found === null || destinations(found).length === 0) ends.add(found ?? each);
        if (found !== null) most = Math.max(most, measure(found));
      }
      const own = destinations(address).length === 0 ? 0 : most + 1;
      levels.set(address, own);
      return own;
    };
    return { levels: measure(start), ends: ends.size };
  };

  const ancestors = (start: string): Set<string> => {
    const found = new Set([start]);
    for (const address of found) for (const each of sources.get(address) ?? []) found.add(each);
    return found;
  };

  return {
    destinations,
    lead,
    fault: (address) => {
      // Most addresses lead to mailboxes and nothing leads to them: there is nothing to follow.
      const isShort =
        (sources.get(address)?.size ?? 0) === 0 && destinations(address).length <= mostDestinations;
      if (isShort && next(address).every((each) => destinations(each).length === 0)) return null;
      const loop = pathBack(address);
      if (loop !== null) return `loop: ${loop.join(' -> ')}; remove one of these steps`;
      for (const each of ancestors(address)) {
        const { ends, levels } = sizeOf(each);
        const whose = each === address ? '' : ` of ${each}, which leads here`;
        if (ends > mostDestinations) {
          return `too_many_destinations: more than ${mostDestinations} in the end${whose}; name fewer`;
        }
        if (levels > mostLevels) {
          return `too_many_levels: more than ${mostLevels} steps${whose}; name the last ones directly`;
        }
      }
      return null;
    },
  };
}
