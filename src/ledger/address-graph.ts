/** The graph of addresses that lead to other addresses, without loops and within limits. Pure. */
import { type Links, newAddressReach, noLinks } from './address-reach.ts';
import { withoutTag } from '../names/tag.ts';

/** Limits for one address; more is a mistake or an attack. */
export const maxDestinations = 200;
export const maxLevels = 10;

export interface AddressRules {
  /** Domains of this server. */
  domains: ReadonlySet<string>;
  /** The character that separates a name from a tag; empty if there is none. */
  delimiter: string;
  /** Whether mail may be sent on to other servers. */
  forwarding: boolean;
}

export function isForeign(address: string, { domains }: Pick<AddressRules, 'domains'>): boolean {
  return !domains.has(address.slice(address.lastIndexOf('@') + 1));
}

/** The held address that `destination` means: itself, else itself without its tag. Never a catch-all. */
export function heldAddress(
  destination: string,
  held: { has: (address: string) => boolean },
  delimiter: string,
): string | null {
  if (held.has(destination)) return destination;
  const plain = withoutTag(destination, delimiter);
  return plain !== null && held.has(plain) ? plain : null;
}

/** Edges between held addresses. A mailbox that leads to itself keeps a copy: such an edge is no loop. */
export interface AddressGraph {
  destinations: (address: string) => readonly string[];
  /** Sets the destinations of `address`. If that is not allowed, nothing changes and the reason is returned. */
  lead: (address: string, destinations: readonly string[]) => string | null;
}

export function newAddressGraph(
  held: { has: (address: string) => boolean },
  mailboxes: { has: (address: string) => boolean },
  { delimiter }: Pick<AddressRules, 'delimiter'>,
): AddressGraph {
  const edges = new Map<string, readonly string[]>();
  const links = new Map<string, Links>();
  /** Held address → those that lead to it directly. */
  const sources = new Map<string, Set<string>>();
  const destinations = (address: string) => edges.get(address) ?? [];
  const linksOf = (address: string) => links.get(address) ?? noLinks;
  const sourcesOf = (address: string) => sources.get(address) ?? [];
  const reach = newAddressReach(linksOf, sourcesOf);

  const stepTo = (address: string, each: string): string | null =>
    each === address && mailboxes.has(address) ? null : heldAddress(each, held, delimiter);
  const set = (address: string, to: readonly string[]) => {
    for (const each of linksOf(address).steps) sources.get(each)?.delete(address);
    const [steps, exits] = [new Set<string>(), new Set<string>()];
    for (const each of to) {
      const found = stepTo(address, each);
      if (found === null) exits.add(each);
      else steps.add(found);
    }
    edges.set(address, to);
    links.set(address, { steps, exits });
    for (const each of steps) sources.set(each, (sources.get(each) ?? new Set()).add(address));
  };

  const pathBack = (start: string): string[] | null => {
    const seen = new Set<string>();
    const search = (address: string): string[] | null => {
      for (const each of linksOf(address).steps) {
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
  const ancestors = (start: string): Set<string> => {
    const found = new Set([start]);
    for (const address of found) for (const each of sourcesOf(address)) found.add(each);
    return found;
  };
  const excess = (address: string): string | null => {
    for (const each of ancestors(address)) {
      const whose = each === address ? '' : ` of ${each}, which leads here`;
      if (reach.ends(each) > maxDestinations) {
        return `too_many_destinations: more than ${maxDestinations} in the end${whose}; name fewer`;
      }
      if (reach.levels(each) > maxLevels) {
        return `too_many_levels: more than ${maxLevels} steps${whose}; name the last ones directly`;
      }
    }
    return null;
  };

  return {
    destinations,
    lead: (address, to) => {
      const before = destinations(address);
      set(address, to);
      const loop = pathBack(address);
      if (loop !== null) {
        set(address, before);
        return `loop: ${loop.join(' -> ')}; remove one of these steps`;
      }
      reach.update(address);
      // Fewer destinations exceed no limit.
      const fault = to.length === 0 ? null : excess(address);
      if (fault === null) return null;
      set(address, before);
      reach.update(address);
      return fault;
    },
  };
}
