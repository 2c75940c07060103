/**
 * Decides which destinations addresses have: the requested ones if they are allowed, else those accepted before. A change
 * that would break another address is refused; the other address keeps working. Pure.
 */
import { type AddressRules, isForeign, newAddressGraph } from '../../ledger/address-graph.ts';

export interface Definition {
  address: string;
  isMailbox: boolean;
  /** Whether it is another address of an account: leading there is no forward, wherever the account's domain is. */
  isOther: boolean;
  /** The requested destinations; null if there is no valid request, so that the earlier ones stay. */
  wanted: readonly string[] | null;
  /** The destinations accepted before; empty if there were none. */
  before: readonly string[];
}

export interface DecidedDefinition {
  /** To be kept in the ledger. */
  accepted: readonly string[];
  /** The present destinations: empty if those accepted before are no longer allowed. */
  effective: readonly string[];
  /** Why the request was refused; null if it was not. */
  error: string | null;
}

/** `definitions`: one for every held address, in the order of their requests. Returns them by address. */
export function decideDefinitions(
  definitions: readonly Definition[],
  rules: AddressRules,
): ReadonlyMap<string, DecidedDefinition> {
  const graph = newAddressGraph(
    new Set(definitions.map(({ address }) => address)),
    new Set(definitions.flatMap(({ address, isMailbox }) => (isMailbox ? [address] : []))),
    rules,
  );
  const accepted = new Map(definitions.map(({ address, before }) => [address, before]));
  const errors = new Map<string, string>();

  /** Tries to give `address` these destinations; whether it has them now. */
  const tryToLead = (address: string, destinations: readonly string[]): boolean => {
    if (isSame(graph.destinations(address), destinations)) return true;
    const fault = graph.lead(address, destinations);
    if (fault === null) errors.delete(address);
    else errors.set(address, fault);
    return fault === null;
  };

  const isUnchanged = ({ wanted, before }: Definition) => wanted === null || isSame(wanted, before);
  const unchanged = definitions.filter(isUnchanged);
  const changed = definitions.filter((each) => !isUnchanged(each));
  // Definitions that were allowed together are so in any order. Where they no longer are (other domains, another
  // delimiter), a fixed order decides which of them stay.
  const inOrder = (some: readonly Definition[]) =>
    [...some].sort((left, right) => (left.address < right.address ? -1 : 1));
  const waiting = new Set(inOrder(unchanged).filter(({ address, before }) => !tryToLead(address, before)));
  for (const { address, before } of inOrder(changed)) tryToLead(address, before);
  const forbidden = (destinations: readonly string[], { isOther }: Definition) =>
    rules.forwarding || isOther ? [] : destinations.filter((each) => isForeign(each, rules));
  for (const definition of changed) {
    errors.delete(definition.address);
    if (forbidden(definition.wanted ?? [], definition).length === 0) waiting.add(definition);
  }

  let progress = true;
  while (progress) {
    progress = false;
    for (const definition of waiting) {
      const destinations = definition.wanted ?? definition.before;
      if (!tryToLead(definition.address, destinations)) continue;
      accepted.set(definition.address, destinations);
      waiting.delete(definition);
      progress = true;
    }
  }

  for (const definition of definitions) {
    const [foreign] = forbidden(definition.wanted ?? [], definition);
    if (foreign !== undefined) {
      errors.set(
        definition.address,
        `forwarding_not_allowed: ${foreign} is on another server; ask the server's owner for "forwarding"`,
      );
    }
  }
  return new Map(
    definitions.map(({ address }) => [
      address,
      {
        accepted: accepted.get(address) ?? [],
        effective: graph.destinations(address),
        error: errors.get(address) ?? null,
      },
    ]),
  );
}

export function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, index) => each === right[index]);
}
