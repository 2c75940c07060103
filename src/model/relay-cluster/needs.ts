/** What has to be made for a relay cluster before it can be planned. Pure. */
import { hostNameOf } from '../../names/host-name.ts';
import type { DraftFacts } from '../facts.ts';
import type { Needs } from '../provided.ts';

/**
 * The pair that its monitor shows; `folder` is relative to the partition. Nobody but the monitor's visitors ever sees it,
 * so it is rotated by hand only.
 */
export const identity = { folder: 'etc/apache/ssl', name: 'apache' } as const;

export const secretNames = ['monitor-password', 'verification-secret'] as const;
export type SecretName = (typeof secretNames)[number];

export function clusterNeeds({ place }: Pick<DraftFacts, 'place'>): Needs {
  return {
    certificates: [{ ...identity, commonName: hostNameOf(place.title) }],
    keyPairs: {},
    secrets: secretNames,
  };
}
