/** All software types of all releases. */
import { mailServer } from './mail-server.ts';
import { relayCluster } from './relay-cluster.ts';
import { relayNode } from './relay-node.ts';
import { RequesterError } from '../errors.ts';
import type { ReleaseDefinition } from './definition.ts';

export const releases: readonly ReleaseDefinition[] = [mailServer, relayCluster, relayNode];

/** Throws RequesterError for a software type that no release has. */
export function definitionOf(softwareType: string): ReleaseDefinition {
  const definition = releases.find(({ softwareTypes }) => softwareTypes.includes(softwareType));
  if (definition) return definition;
  const known = releases.flatMap(({ softwareTypes }) => softwareTypes).join(', ');
  throw new RequesterError([`/: software type "${softwareType}" is not known; known are ${known}`]);
}
