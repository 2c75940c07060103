/** A mail server with one account, of which something breaks, and what its promises say then. */
import { controlService } from '../../support/system/control-service.ts';
import { type MailNode, startMailNode } from '../../support/system/mail-node.ts';
import { activate } from '../../support/system/mail-server.ts';
import {
  configurePromise,
  expectFailingPromises,
  failingPromises,
} from '../../support/system/promise-results.ts';

export const alice = 'alice@mail1.example.com';
export const password = 'alices-pw';

export interface WatchedServer {
  mail: MailNode;
  partition: string;
  /** Name and message of the promises that fail now. */
  failing(): Promise<Map<string, string>>;
  /** These fail now, with such messages, and no others do. */
  expectFailing(expected: Readonly<Record<string, RegExp>>): Promise<unknown>;
  /** Has a promise compare with another value. */
  configure(promise: string, key: string, value: string): Promise<void>;
  supervise(action: 'start' | 'stop', service: string): Promise<void>;
}

export async function startWatchedServer(): Promise<WatchedServer> {
  const mail = await startMailNode();
  try {
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'alice', { address: alice });
    await mail.settle();
    await activate(mail, 'mail1', 'alice', password);
    const partition = await mail.partition('mail1');
    return {
      mail,
      partition,
      failing: () => failingPromises(mail.node),
      expectFailing: (expected) => expectFailingPromises(mail.node, partition, expected),
      configure: (promise, key, value) => configurePromise(partition, promise, key, value),
      supervise: (action, service) => controlService(mail.node, partition, action, service),
    };
  } catch (error) {
    await mail.stop();
    throw error;
  }
}
