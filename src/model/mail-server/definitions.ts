/**
 * Where addresses lead: what is asked for where that is sound, else what was accepted before. A change is refused to
 * the one that makes it, never to those that it would break. Pure.
 */
import { type AddressRules, isForeign, newAddressGraph } from '../../ledger/address-graph.ts';

export interface Definition {
  address: string;
  isMailbox: boolean;
  /** What the request asks for; null when there is no valid request, and what was before goes on. */
  wanted: readonly string[] | null;
  /** What was accepted before; empty when nothing was. */
  before: readonly string[];
}

export interface DecidedDefinition {
  /** To be remembered. */
  accepted: readonly string[];
  /** What it leads to now: nothing when what was accepted once is not sound any more. */
  effective: readonly string[];
  /** Why the request was refused. */
  error: string | null;
}

/** `definitions`: of every held address, in the order of their requests. */
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

  /** Whether `address` leads to `destinations` now. */
  const leads = (address: string, destinations: readonly string[]): boolean => {
    if (isSame(graph.destinations(address), destinations)) return true;
    const fault = graph.lead(address, destinations);
    if (fault === null) errors.delete(address);
    else errors.set(address, fault);
    return fault === null;
  };

  const isUnchanged = ({ wanted, before }: Definition) => wanted === null || isSame(wanted, before);
  const unchanged = definitions.filter(isUnchanged);
  const changed = definitions.filter((each) => !isUnchanged(each));
  // What was sound together is so in any order; what is not (other domains, another delimiter) in one that is always
  // the same.
  const inOrder = (some: readonly Definition[]) =>
    [...some].sort((left, right) => (left.address < right.address ? -1 : 1));
  const waiting = new Set(inOrder(unchanged).filter(({ address, before }) => !leads(address, before)));
  for (const { address, before } of inOrder(changed)) leads(address, before);
  const forbidden = (destinations: readonly string[]) =>
    rules.forwarding ? [] : destinations.filter((each) => isForeign(each, rules));
  for (const definition of changed) {
    errors.delete(definition.address);
    if (forbidden(definition.wanted ?? []).length === 0) waiting.add(definition);
  }

  let progress = true;
  while (progress) {
    progress = false;
    for (const definition of waiting) {
      const destinations = definition.wanted ?? definition.before;
      if (!leads(definition.address, destinations)) continue;
      accepted.set(definition.address, destinations);
      waiting.delete(definition);
      progress = true;
    }
  }

  for (const { address, wanted } of definitions) {
    const [foreign] = forbidden(wanted ?? []);
    if (foreign !== undefined) {
      errors.set(
        address,
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
