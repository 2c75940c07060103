/** Whose messages the author policy is reading now. */

export interface BeingRead {
  /** `account`: lower case. What it returns ends it, and is called once. */
  begin(account: string): () => void;
  has(account: string): boolean;
}

export function beingRead(): BeingRead {
  const counts = new Map<string, number>();
  const add = (account: string, change: 1 | -1): void => {
    const count = (counts.get(account) ?? 0) + change;
    if (count === 0) counts.delete(account);
    else counts.set(account, count);
  };
  return {
    begin(account) {
      add(account, 1);
      return () => add(account, -1);
    },
    has: (account) => counts.has(account),
  };
}
