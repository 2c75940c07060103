/** Stage 5 for the relay cluster, which runs no mail service itself, only its monitor. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import { hostNameOf } from '../../names/host-name.ts';
import type { Cluster } from '../../model/relay-cluster/cluster.ts';
import type { Plan } from '../planned.ts';
import { maintenanceFiles, maintenanceFolders, missingFile } from '../maintenance.ts';
import { monitorPromises, monitorUrl, webCertificatePromise } from '../monitor.ts';
import { nextLedger } from '../next-ledger.ts';
import { profileFile } from '../profile.ts';
import { commonPromises, crondService, generatorTools, logrotateJob } from '../upkeep.ts';
import { webLogs, webServerFiles, webServerFolders, webServices } from '../web-server.ts';
import { planClusterPublications } from './publications.ts';
import { missingNodes } from './ready-nodes.ts';

/** The monitor's; nobody but its visitors ever sees it, so it is rotated by hand only. */
export const clusterCertificate = { folder: 'etc/apache/ssl', name: 'apache' } as const;
const bundle = `${clusterCertificate.folder}/${clusterCertificate.name}.bundle.pem`;

export function planCluster(cluster: Cluster, answers: Answers, ledger: Ledger): Plan {
  const { place } = cluster;
  const publications = planClusterPublications(cluster, answers);
  const missing = missingNodes(cluster, answers).map((line) => `${line}\n`);
  return {
    folders: [...maintenanceFolders, ...webServerFolders],
    files: [
      { path: missingFile, mode: 0o600, body: { text: missing.join('') } },
      ...webServerFiles({
        place,
        hostName: hostNameOf(place.title),
        certificate: bundle,
        services: ['monitor'],
        monitorUrl: monitorUrl(place, answers),
        trustedProxies: [],
        accounts: null,
      }),
      ...maintenanceFiles(place, [
        { path: 'var/log/crond.log', afterwards: 'copytruncate' },
        ...webLogs(place),
      ]),
      profileFile(place, {
        services: { ...webServices(place), ...crondService(place) },
        tools: generatorTools(place),
        promises: [
          ...commonPromises(place),
          ...monitorPromises(place),
          webCertificatePromise(place, bundle),
          {
            name: 'nodes-answered',
            module: 'nothing_pending',
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
