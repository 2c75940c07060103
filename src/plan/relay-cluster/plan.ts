/** Stage 5 for the relay cluster, which runs no mail service itself, only its monitor. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import { hostNameOf } from '../../names/host-name.ts';
import { identity } from '../../model/relay-cluster/needs.ts';
import type { Cluster } from '../../model/relay-cluster/model.ts';
import { apachePart } from '../apache.ts';
import { assemble } from '../assemble.ts';
import { nextLedger } from '../next-ledger.ts';
import type { Part, PlannedInstance } from '../part.ts';
import type { Plan } from '../planned.ts';
import { portalPart } from '../portal.ts';
import { missingFile, upkeepPart } from '../upkeep.ts';
import { planClusterPublications, waitingDomains } from './publications.ts';
import { missingNodes } from './ready-nodes.ts';

type PlannedCluster = Cluster & PlannedInstance;

const certificate = {
  name: identity.name,
  bundle: `${identity.folder}/${identity.name}.bundle.pem`,
};

const nodesPart: Part<PlannedCluster> = {
  services: [],
  contribute(cluster) {
    const { answers } = cluster;
    const missing = [...missingNodes(cluster, answers), ...waitingDomains(cluster, answers)].map(
      (line) => `${line}\n`,
    );
    return {
      files: [{ path: missingFile, mode: 0o600, body: { text: missing.join('') } }],
      promises: [
        {
          name: 'nodes-answered',
          module: 'nothing_pending',
          config: { file: `${cluster.place.partition}/${missingFile}` },
        },
      ],
    };
  },
};

export const clusterParts: readonly Part<PlannedCluster>[] = [
  upkeepPart,
  nodesPart,
  apachePart({ services: ['monitor'], certificate }),
  portalPart(() => null),
];

export function planCluster(cluster: Cluster, answers: Answers, ledger: Ledger): Plan {
  const publications = planClusterPublications(cluster, answers);
  return {
    ...assemble(clusterParts, { ...cluster, hostName: hostNameOf(cluster.place.title), answers }),
    ledger: nextLedger(ledger, publications, {
      domains: cluster.domains.flatMap(({ record }) => (record === null ? [] : [record])),
      ports: cluster.place.ports,
      secrets: cluster.secrets,
    }),
    publications,
  };
}
