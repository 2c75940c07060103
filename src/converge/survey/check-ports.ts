/** What a start script asks before a daemon that would share its port with another process. */
import { setTimeout as delay } from 'node:timers/promises';

import { OperatorError } from '../../errors.ts';
import { isFree } from './ports.ts';

/** A process that was killed may keep its port for a moment. */
const patience = 15_000;
const interval = 250;

/** `endpoints`: `[address]:port`. Throws OperatorError for the first one that stays taken. */
export async function checkPorts(endpoints: readonly string[]): Promise<void> {
  for (const endpoint of endpoints) {
    const [, address = '', port = ''] = /^\[(.+)\]:(\d+)$/.exec(endpoint) ?? [];
    const deadline = Date.now() + patience;
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
