/**
 * Limits on failed attempts, per client and per user of a client. An attempt counts from its beginning, and is
 * taken back if it does not fail: counted only afterwards, many guesses at the same time would pass.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { clientNetwork } from '../kit/client-network.ts';

export interface AttemptLimits {
  /** Counts an attempt. The answer is null, or the seconds to wait when there were too many. */
  begin(client: string, user: string): Promise<number | null>;
  /** Takes back an attempt that did not fail. */
  forgive(client: string, user: string): Promise<void>;
}

/** 10 failures in 5 minutes for one user and client, 60 for one client. */
export function attemptLimits(): AttemptLimits {
  const perUser = new RateLimiterMemory({ points: 10, duration: 300 });
  const perClient = new RateLimiterMemory({ points: 60, duration: 300 });
  return {
    async begin(client, user) {
      const network = clientNetwork(client);
      const wait = await consume(perClient, network);
      if (wait !== null) return wait;
      const waitOfUser = await consume(perUser, userKey(network, user));
      if (waitOfUser !== null) await perClient.reward(network);
      return waitOfUser;
    },
    async forgive(client, user) {
      const network = clientNetwork(client);
      await Promise.all([perClient.reward(network), perUser.reward(userKey(network, user))]);
    },
  };
}

function userKey(network: string, user: string): string {
  return `${network} ${user.slice(0, 320)}`;
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    return Math.max(1, Math.ceil(rejection.msBeforeNext / 1000));
  }
}
