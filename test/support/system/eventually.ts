import { setTimeout as delay } from 'node:timers/promises';

/**
 * Looks at `condition` every 50 ms until it gives something other than undefined and false, and returns that. After
 * `timeout` milliseconds it throws, with the last error of the condition if it had one.
 */
export async function eventually<Value>(
  what: string,
  condition: () => Promise<Value | undefined | false> | Value | undefined | false,
  timeout = 30_000,
): Promise<Value> {
  const end = performance.now() + timeout;
  for (;;) {
    let reason = '';
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${timeout} ms${reason}`);
    await delay(50);
  }
}

/**
 * Tries every 250 ms, without waiting for earlier tries (servers hold refusals back), until one of them gives true.
 * Throws when none that began within `timeout` milliseconds does.
 */
export async function worksWithin(
  what: string,
  timeout: number,
  attempt: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + timeout;
  const tries: Promise<boolean>[] = [];
  while (performance.now() < end) {
    tries.push(attempt().catch(() => false));
    if (await Promise.race([...tries.map(onlyTrue), delay(250, false)])) return;
  }
  if ((await Promise.all(tries)).includes(true)) return;
  throw new Error(`${what}: none of ${tries.length} tries within ${timeout} ms`);
}

const onlyTrue = (attempt: Promise<boolean>): Promise<boolean> =>
  attempt.then((good) => (good ? true : new Promise<boolean>(() => undefined)));
