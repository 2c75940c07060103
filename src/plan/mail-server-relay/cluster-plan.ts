/** Stage 5 for the relay cluster, which runs no mail service itself. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { Cluster } from '../../model/mail-server-relay/cluster.ts';
import type { Plan } from '../planned.ts';
import { maintenanceFiles, maintenanceFolders, missingFile } from '../shared/maintenance.ts';
import { nextLedger } from '../shared/next-ledger.ts';
import { profileFile } from '../shared/profile.ts';
import { commonPromises, crondService, logrotateJob } from '../shared/upkeep.ts';
import { planClusterPublications } from './cluster-publications.ts';
import { missingNodes } from './ready-nodes.ts';

export function planCluster(cluster: Cluster, answers: Answers, ledger: Ledger): Plan {
  const { place } = cluster;
  const publications = planClusterPublications(cluster, answers);
  const missing = missingNodes(cluster, answers).map((line) => `${line}\n`);
  return {
    folders: maintenanceFolders,
    files: [
      { path: missingFile, mode: 0o600, body: { text: missing.join('') } },
      ...maintenanceFiles(place, [{ path: 'var/log/crond.log', afterwards: 'copytruncate' }]),
      profileFile(place, {
        services: crondService(place),
        tools: {},
        promises: [
          ...commonPromises(place),
          {
            name: 'nodes-answered',
            code: { file: 'nothing_pending.py' },
            config: { file: `${place.partition}/${missingFile}` },
          },
        ],
        cron: logrotateJob(place),
      }),
    ],
    ledger: nextLedger(ledger, publications, {
      domains: cluster.domains.flatMap(({ record }) => (record === null ? [] : [record])),
      ports: place.ports,
      secrets: cluster.secrets,
    }),
    publications,
  };
}
