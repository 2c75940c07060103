/**
 * Who holds which address, whatever it is to them: mailbox, alias, catch-all. Holders of before keep what they still
 * ask for, then first come, first served; accounts of our own come last, they are nobody's loss. Pure.
 */
import type { Holder } from '../../ledger/types.ts';
import { type OwnershipGroup, ownershipGroups } from './ownership-groups.ts';

/** What one request asks for. */
export interface Wish {
  holder: Holder;
  /** Without it the request is refused. */
  address: string;
  /** Other addresses of an account, each granted or refused by itself. */
  aliases: readonly string[];
}

/** An address and who held it before. `kind`: a mailbox, an alias, or an account's other address. */
export interface Holding {
  address: string;
  holder: Holder;
  isOther: boolean;
}

export interface Wishes {
  /** In the master's order; our own last. */
  wishes: readonly Wish[];
  /** Holders whose request is there but invalid: they keep what they hold. */
  invalid: readonly Holder[];
}

export interface Ownership {
  holders: ReadonlyMap<string, Holder>;
  /** Those whose address another holds: they keep what they had. */
  refused: ReadonlySet<Holder>;
}

export function decideOwnership({ wishes, invalid }: Wishes, before: readonly Holding[]): Ownership {
  const keepsAnyway = new Set(invalid);
  const decided = ownershipGroups(wishes, before).map((group) => decideGroup(group, keepsAnyway));
  return {
    holders: new Map(decided.flatMap(({ holders }) => [...holders])),
    refused: new Set(decided.flatMap(({ refused }) => [...refused])),
  };
}

function decideGroup(group: OwnershipGroup, keepsAnyway: ReadonlySet<Holder>): Ownership {
  const withoutHome = new Set<Holder>();
  for (;;) {
    const { ownership, homeless } = assign(group, keepsAnyway, withoutHome);
    if (homeless.length === 0) return ownership;
    // Their other addresses would belong to nothing: they are free for those who asked for them.
    homeless.forEach((holder) => withoutHome.add(holder));
  }
}

/** `withoutHome`: holders that lose all, known from the attempt before. */
function assign(
  { wishes, before }: OwnershipGroup,
  keepsAnyway: ReadonlySet<Holder>,
  withoutHome: ReadonlySet<Holder>,
): { ownership: Ownership; homeless: Holder[] } {
  const shared = wishes.filter(({ holder }) => isShared(holder));
  const wanted = new Map(wishes.map((wish) => [wish.holder, new Set([wish.address, ...wish.aliases])]));
  const wantedByShared = new Set(shared.flatMap(({ address, aliases }) => [address, ...aliases]));
  const holders = new Map<string, Holder>();

  for (const { address, holder } of before) {
    if (withoutHome.has(holder)) continue;
    const stays = isShared(holder)
      ? keepsAnyway.has(holder) || wanted.get(holder)?.has(address)
      : wanted.get(holder)?.has(address) && !wantedByShared.has(address);
    if (stays) holders.set(address, holder);
  }

  const refused = new Set<Holder>();
  const claim = ({ holder, address, aliases }: Wish) => {
    if ((holders.get(address) ?? holder) !== holder) {
      refused.add(holder);
      return;
    }
    for (const each of [address, ...aliases]) if (!holders.has(each)) holders.set(each, holder);
  };
  shared.forEach(claim);
  const homeless = takeBack(refused, before, holders).filter((holder) => !withoutHome.has(holder));
  wishes.filter(({ holder }) => !isShared(holder)).forEach(claim);
  return { ownership: { holders, refused }, homeless };
}

/**
 * Who asked for another address and did not get it keeps what it had, unless it is another's by now. Returns those
 * who still hold other addresses of an account but not the account's own any more.
 */
function takeBack(
  refused: ReadonlySet<Holder>,
  before: readonly Holding[],
  holders: Map<string, Holder>,
): Holder[] {
  const had = before.filter(({ holder }) => refused.has(holder));
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

export function isShared(holder: Holder): boolean {
  return holder.startsWith('shared:');
}
