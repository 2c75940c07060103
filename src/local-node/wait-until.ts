import { setTimeout as delay } from 'node:timers/promises';

/** Checks `condition` every 50 ms until it holds. False if it does not within `timeout` milliseconds. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeout: number,
): Promise<boolean> {
  const end = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await delay(50);
  }
  return true;
}
