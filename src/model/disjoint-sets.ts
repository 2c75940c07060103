/** Sets of names that are merged step by step (union-find). Pure. */

export interface DisjointSets {
  /** Merges the sets of two names. */
  join: (left: string, right: string) => void;
  /** One name that stands for the whole set of `name`. */
  rootOf: (name: string) => string;
}

/** Each name begins as a set of its own. */
export function newDisjointSets(): DisjointSets {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    // Path compression: the next search is short.
    for (let each = name; each !== root;) {
      const up = parents.get(each) ?? root;
      parents.set(each, root);
      each = up;
    }
    return root;
  };
  return {
    rootOf,
    join: (left, right) => {
      const [from, to] = [rootOf(left), rootOf(right)];
      if (from !== to) parents.set(from, to);
    },
  };
}
