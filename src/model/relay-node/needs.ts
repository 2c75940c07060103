/** What has to be made for a relay node before it can be planned. Pure. */
import type { RelayInput } from '../../generated/types/mail-server-relay/relay-input.ts';
import { hostNameOf } from '../../names/host-name.ts';
import type { DraftFacts } from '../facts.ts';
import type { Needs } from '../provided.ts';

/** The pair that other servers know it by; `folder` is relative to the partition. */
export const identity = { folder: 'etc/postfix/ssl', name: 'postfix' } as const;

export function relayNodeNeeds(input: RelayInput, { place }: Pick<DraftFacts, 'place'>): Needs {
  return {
    certificates: [{ ...identity, commonName: hostNameOf(place.title) }],
    keyPairs: {},
    // A cluster gives its nodes the password of its own monitor.
    secrets: input['monitor-password'] === undefined ? ['monitor-password'] : [],
  };
}
