/**
 * How far each address leads, kept up to date edge by edge: many aliases may share their destinations, and to walk
 * through all of them for each request would let one requester keep a node busy for hours. Pure.
 */

/** Where an address leads, taken apart. */
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
  /** Steps on the longest way from it. */
  levels: (address: string) => number;
  /** `address` has other links than before; there is no loop. */
  update: (address: string) => void;
}

/** End → how many links more (or fewer) lead to it. */
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
  /** Whether the address has another number of levels now. */
  const measure = (address: string): boolean => {
    const { steps, exits } = linksOf(address);
    let most = steps.size + exits.size === 0 ? 0 : 1;
    for (const step of steps) most = Math.max(most, levelsOf(step) + 1);
    const isOther = most !== levelsOf(address);
    levels.set(address, most);
    return isOther;
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

/** Ends that are there now and were not, and those that were and are not. */
function apply(counts: Map<string, number>, change: Change): Change {
  const crossing: Change = new Map();
  for (const [end, by] of change) {
    const was = counts.has(end);
    add(counts, end, by);
    if (was !== counts.has(end)) crossing.set(end, was ? -1 : 1);
  }
  return crossing;
}
