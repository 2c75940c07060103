/** Which requests may meet: those that share an address, or share one with others that do. Pure. */
import type { Holding, Wish } from './ownership.ts';

export interface OwnershipGroup {
  /** In their order. */
  wishes: Wish[];
  before: Holding[];
}

/** Each group can be decided without the others: who makes one hard to decide delays nobody else's. */
export function ownershipGroups(wishes: readonly Wish[], before: readonly Holding[]): OwnershipGroup[] {
  const { join, rootOf } = newUnion();
  for (const { holder, address, aliases } of wishes) {
    for (const each of [address, ...aliases]) join(holder, each);
  }
  for (const { holder, address } of before) join(holder, address);

  const groups = new Map<string, OwnershipGroup>();
  const groupOf = (name: string): OwnershipGroup => {
    const root = rootOf(name);
    const group = groups.get(root) ?? { wishes: [], before: [] };
    groups.set(root, group);
    return group;
  };
  for (const wish of wishes) groupOf(wish.holder).wishes.push(wish);
  for (const holding of before) groupOf(holding.holder).before.push(holding);
  return [...groups.values()];
}

/** Sets of names that grow together (union-find). Holders and addresses are told apart by the colon of the former. */
function newUnion() {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    // The way is short the next time.
    for (let each = name; each !== root;) {
      const up = parents.get(each) ?? root;
      parents.set(each, root);
      each = up;
    }
    return root;
  };
  const join = (left: string, right: string): void => {
    const [from, to] = [rootOf(left), rootOf(right)];
    if (from !== to) parents.set(from, to);
  };
  return { rootOf, join };
}
