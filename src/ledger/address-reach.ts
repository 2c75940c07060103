/**
 * How many places each address leads to, and over how many levels, updated with every edge. To follow all paths for each
 * request would take hours where many aliases share their destinations, and any requester could bring that about. Pure.
 */

/** The destinations of one address. */
export interface Links {
  /** Held addresses. */
  steps: ReadonlySet<string>;
  /** Where mail leaves at once: other servers, names that nobody holds, a mailbox's own copy. */
  exits: ReadonlySet<string>;
}

export const noLinks: Links = { steps: new Set(), exits: new Set() };

export interface AddressReach {
  /** How many different places the address leads to in the end. */
  ends: (address: string) => number;
  /** Number of steps on the longest path from it. */
  levels: (address: string) => number;
  /** To be called when the links of `address` have changed. There must be no loop. */
  update: (address: string) => void;
}

/** End → how many more links (negative: fewer) lead to it. */
type Change = Map<string, number>;

export function newAddressReach(
  linksOf: (address: string) => Links,
  sourcesOf: (address: string) => Iterable<string>,
): AddressReach {
  /** Address with links → end → how many of the links lead to it. */
  const ends = new Map<string, Map<string, number>>();
  const levels = new Map<string, number>();
  const levelsOf = (address: string) => levels.get(address) ?? 0;
  /** An address that leads nowhere is an end for those that lead to it. */
  const endsOf = (address: string): Iterable<string> => ends.get(address)?.keys() ?? [address];

  const recount = (address: string): void => {
    const { steps, exits } = linksOf(address);
    const counts: Change = new Map();
    for (const exit of exits) add(counts, exit, 1);
    for (const step of steps) for (const end of endsOf(step)) add(counts, end, 1);
    if (counts.size === 0) ends.delete(address);
    else ends.set(address, counts);
  };
  /** Updates the number of levels; whether it has changed. */
  const measure = (address: string): boolean => {
    const { steps, exits } = linksOf(address);
    let longest = steps.size + exits.size === 0 ? 0 : 1;
    for (const step of steps) longest = Math.max(longest, levelsOf(step) + 1);
    const hasChanged = longest !== levelsOf(address);
    levels.set(address, longest);
    return hasChanged;
  };

  return {
    ends: (address) => ends.get(address)?.size ?? 0,
    levels: levelsOf,
    update: (address) => {
      const gone = new Set(endsOf(address));
      recount(address);
      const change: Change = new Map();
      for (const end of endsOf(address)) if (!gone.delete(end)) change.set(end, 1);
      for (const end of gone) change.set(end, -1);
      let waiting = new Map<string, Change>();
      const tellSources = (of: string, what: Change) => {
        for (const source of sourcesOf(of)) {
          const known = waiting.get(source) ?? new Map<string, number>();
          for (const [end, by] of what) add(known, end, by);
          waiting.set(source, known);
        }
      };
      if (measure(address) || change.size > 0) tellSources(address, change);
      while (waiting.size > 0) {
        const told = waiting;
        waiting = new Map();
        for (const [each, what] of told) {
          const crossing = apply(ends.get(each) ?? new Map<string, number>(), what);
          if (measure(each) || crossing.size > 0) tellSources(each, crossing);
        }
      }
    },
  };
}

function add(counts: Change, end: string, by: number): void {
  const sum = (counts.get(end) ?? 0) + by;
  if (sum === 0) counts.delete(end);
  else counts.set(end, sum);
}

/** Adds `change` to `counts`; returns the ends that are new (1) and those that are gone (-1). */
function apply(counts: Map<string, number>, change: Change): Change {
  const crossing: Change = new Map();
  for (const [end, by] of change) {
    const was = counts.has(end);
    add(counts, end, by);
    if (was !== counts.has(end)) crossing.set(end, was ? -1 : 1);
  }
  return crossing;
}
