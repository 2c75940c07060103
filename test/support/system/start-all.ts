/** Several things that are started one after the other, and stopped together. */
export interface Stoppable {
  stop: () => Promise<void>;
}

/** Remembers it for the end, and gives it back. */
export type Keep = <One extends Stoppable>(one: One) => One;

/** What `start` gives, with a `stop` for all that it kept: the last first, also when a later one does not start. */
export async function startAll<All extends object>(
  start: (keep: Keep) => Promise<All>,
): Promise<All & Stoppable> {
  const kept: Stoppable[] = [];
  const stop = async () => {
    for (const each of kept.splice(0).reverse()) await each.stop();
  };
  try {
    const all = await start((one) => {
      kept.push(one);
      return one;
    });
    return { ...all, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
