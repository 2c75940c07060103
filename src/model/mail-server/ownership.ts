/**
 * Who holds which address, whether as a mailbox, an alias or a catch-all. Present holders keep what they still ask for;
 * what is free goes to whoever asks first. Built-in accounts come last, as nobody loses anything by that. Pure.
 */
import type { Holder } from '../../ledger/types.ts';
import { newDisjointSets } from '../disjoint-sets.ts';

/** The addresses that one request asks for. */
export interface AddressRequest {
  holder: Holder;
  /** The main address: without it the request is refused. */
  address: string;
  /** Other addresses of an account, each granted or refused by itself. */
  aliases: readonly string[];
}

export interface AddressRequests {
  /** In the master's order, then those of built-in accounts. */
  requests: readonly AddressRequest[];
  /** Holders of invalid requests: they keep what they hold. */
  invalid: readonly Holder[];
}

/** An address in the ledger and its holder. */
export interface Holding {
  address: string;
  holder: Holder;
  /** Whether it is another address of an account, not the main one. */
  isOther: boolean;
}

export interface Ownership {
  holders: ReadonlyMap<string, Holder>;
  /** Those whose main address is held by another: they keep what they had. */
  refused: ReadonlySet<Holder>;
}

export function decideOwnership(
  { requests, invalid }: AddressRequests,
  earlier: readonly Holding[],
): Ownership {
  const withInvalidRequest = new Set(invalid);
  const decided = groupsOf(requests, earlier).map((group) => decideGroup(group, withInvalidRequest));
  return {
    holders: new Map(decided.flatMap(({ holders }) => [...holders])),
    refused: new Set(decided.flatMap(({ refused }) => [...refused])),
  };
}

/** Requests and holdings that have addresses or holders in common, directly or through others. */
interface Group {
  /** In their order. */
  requests: AddressRequest[];
  earlier: Holding[];
}

/** Each group is decided without the others, so that one that takes many attempts delays only its own requesters. */
function groupsOf(requests: readonly AddressRequest[], earlier: readonly Holding[]): Group[] {
  // Holders contain a colon, addresses do not: both are names in the same sets.
  const { join, rootOf } = newDisjointSets();
  for (const { holder, address, aliases } of requests) {
    for (const each of [address, ...aliases]) join(holder, each);
  }
  for (const { holder, address } of earlier) join(holder, address);

  const groups = new Map<string, Group>();
  const groupOf = (holder: Holder): Group => {
    const root = rootOf(holder);
    const group = groups.get(root) ?? { requests: [], earlier: [] };
    groups.set(root, group);
    return group;
  };
  for (const request of requests) groupOf(request.holder).requests.push(request);
  for (const holding of earlier) groupOf(holding.holder).earlier.push(holding);
  return [...groups.values()];
}

function decideGroup(group: Group, withInvalidRequest: ReadonlySet<Holder>): Ownership {
  const losers = new Set<Holder>();
  for (;;) {
    const { ownership, newLosers } = assign(group, withInvalidRequest, losers);
    if (newLosers.length === 0) return ownership;
    // Without their account's main address the other addresses belong to nothing: they are free for those who ask.
    newLosers.forEach((holder) => losers.add(holder));
  }
}

/** `losers`: holders that lose all their addresses, as earlier attempts found. */
function assign(
  { requests, earlier }: Group,
  withInvalidRequest: ReadonlySet<Holder>,
  losers: ReadonlySet<Holder>,
): { ownership: Ownership; newLosers: Holder[] } {
  const shared = requests.filter(({ holder }) => isShared(holder));
  const wanted = new Map(
    requests.map(({ holder, address, aliases }) => [holder, new Set([address, ...aliases])]),
  );
  const wantedByShared = new Set(shared.flatMap(({ address, aliases }) => [address, ...aliases]));
  const holders = new Map<string, Holder>();

  for (const { address, holder } of earlier) {
    if (losers.has(holder)) continue;
    const stays = isShared(holder)
      ? withInvalidRequest.has(holder) || wanted.get(holder)?.has(address)
      : wanted.get(holder)?.has(address) && !wantedByShared.has(address);
    if (stays) holders.set(address, holder);
  }

  const refused = new Set<Holder>();
  const grant = ({ holder, address, aliases }: AddressRequest) => {
    if ((holders.get(address) ?? holder) !== holder) {
      refused.add(holder);
      return;
    }
    for (const each of [address, ...aliases]) if (!holders.has(each)) holders.set(each, holder);
  };
  shared.forEach(grant);
  const newLosers = restore(refused, earlier, holders).filter((holder) => !losers.has(holder));
  requests.filter(({ holder }) => !isShared(holder)).forEach(grant);
  return { ownership: { holders, refused }, newLosers };
}

/**
 * Gives refused requesters back what they had, unless somebody else has it now. Returns those who hold other addresses
 * of an account but have lost its main one.
 */
function restore(
  refused: ReadonlySet<Holder>,
  earlier: readonly Holding[],
  holders: Map<string, Holder>,
): Holder[] {
  const had = earlier.filter(({ holder }) => refused.has(holder));
  const lost = new Set<Holder>();
  for (const { address, holder, isOther } of had) {
    if (isOther) continue;
    if (holders.has(address) && holders.get(address) !== holder) lost.add(holder);
    else holders.set(address, holder);
  }
  for (const { address, holder, isOther } of had) {
    if (isOther && !lost.has(holder) && !holders.has(address)) holders.set(address, holder);
  }
  return had.flatMap(({ address, holder, isOther }) =>
    isOther && lost.has(holder) && holders.get(address) === holder ? [holder] : [],
  );
}

function isShared(holder: Holder): boolean {
  return holder.startsWith('shared:');
}
