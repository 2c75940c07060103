/** Certificates and secrets that must exist before a relay cluster can be planned. Pure. */
import { hostNameOf } from '../../names/host-name.ts';
import type { DraftFacts } from '../facts.ts';
import type { Needs } from '../provided.ts';

/**
 * The certificate pair of its monitor; `folder` is relative to the partition. No server knows it by fingerprint, so only
 * an operator rotates it.
 */
export const identity = { folder: 'etc/apache/ssl', name: 'apache' } as const;

export const secretNames = ['monitor-password', 'verification-secret'] as const;
export type SecretName = (typeof secretNames)[number];

export function clusterNeeds({ place }: Pick<DraftFacts, 'place'>): Needs {
  return {
    certificates: [{ ...identity, hostName: hostNameOf(place.title), isKnownToPeers: false, trusted: null }],
    keyPairs: {},
    secrets: secretNames,
  };
}
