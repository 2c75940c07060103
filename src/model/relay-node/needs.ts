/** Certificates and secrets that must exist before a relay node can be planned. Pure. */
import type { RelayInput } from '../../generated/types/mail-server-relay/relay-input.ts';
import { appliedFingerprints } from '../applied.ts';
import type { DraftFacts } from '../facts.ts';
import type { Needs } from '../provided.ts';
import { nodeNamesOf } from './node-names.ts';

/** The certificate pair by which other servers know it; `folder` is relative to the partition. */
export const identity = { folder: 'etc/postfix/ssl', name: 'postfix' } as const;

export function relayNodeNeeds(input: RelayInput, { place }: Pick<DraftFacts, 'place'>): Needs {
  return {
    certificates: [
      {
        ...identity,
        hostName: nodeNamesOf(input, place).hostName,
        isKnownToPeers: true,
        trusted: appliedFingerprints({ ...input }),
      },
    ],
    keyPairs: {},
    // A cluster gives its nodes its own monitor's password.
    secrets: ['auth-policy-key', ...(input['monitor-password'] === undefined ? ['monitor-password'] : [])],
  };
}
