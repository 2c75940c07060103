/** A start script's check that no other process has the ports: some daemons would share them silently. */
import { setTimeout as delay } from 'node:timers/promises';

import { OperatorError } from '../../errors.ts';
import { isFree } from './ports.ts';

/** A process that was killed may keep its port for a moment. */
const timeout = 15_000;
const interval = 250;

/** `endpoints`: `[address]:port`. Throws OperatorError for the first one that stays taken. */
export async function checkPorts(endpoints: readonly string[]): Promise<void> {
  for (const endpoint of endpoints) {
    const [, address = '', port = ''] = /^\[(.+)\]:(\d+)$/.exec(endpoint) ?? [];
    const deadline = Date.now() + timeout;
    while (!(await isFree(address, Number(port)))) {
      if (Date.now() > deadline) {
        throw new OperatorError(
          `${endpoint} is taken by another process; process the partition again for another port`,
        );
      }
      await delay(interval);
    }
  }
}
