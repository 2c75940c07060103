import { setTimeout as delay } from 'node:timers/promises';

/** Looks at `condition` every 50 ms; false if it did not come true within `timeout` milliseconds. */
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
