/** All software types of all releases. */
import { RequesterError } from '../errors.ts';
import type { ReleaseDefinition } from './definition.ts';
import { mailServer } from './mail-server.ts';
import { relayCluster } from './relay-cluster.ts';
import { relayNode } from './relay-node.ts';

export const releases: readonly ReleaseDefinition[] = [mailServer, relayCluster, relayNode];

/**
 * `release`: name of the software release that runs, which decides what types there are; without it a type of any
 * release will do. Throws RequesterError for a software type that is not among them.
 */
export function definitionOf(softwareType: string, release?: string): ReleaseDefinition {
  const possible = releases.filter((each) => release === undefined || each.release === release);
  const definition = possible.find(({ softwareTypes }) => softwareTypes.includes(softwareType));
  if (definition) return definition;
  const known = possible.flatMap(({ softwareTypes }) => softwareTypes).join(', ');
  const where = release === undefined ? '' : ` of ${release}`;
  throw new RequesterError([`/: "${softwareType}" is no software type${where}; known are ${known}`]);
}
