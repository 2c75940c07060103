/** Stage 5 for one relay node. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { RelayNode } from '../../model/relay-node/relay-node.ts';
import type { Place } from '../../model/place.ts';
import type { Plan, PlannedFile } from '../planned.ts';
import { maintenanceFiles, maintenanceFolders, signalByPidFile } from '../maintenance.ts';
import { monitorUrl } from '../monitor.ts';
import { nextLedger } from '../next-ledger.ts';
import { profileFile } from '../profile.ts';
import { crondService, generatorTools, logrotateJob, rotationJob } from '../upkeep.ts';
import { webLogs, webServerFiles, webServerFolders, webServices } from '../web-server.ts';
import { inboundBundle, nodeBundle, relayPostfixFiles, relayPostfixFolders } from './postfix.ts';
import { relayPromises } from './promises.ts';
import { relayPublication } from './publication.ts';
import { policyFiles, postgreyFiles, saslFiles } from './services.ts';
import { relayToolFiles, relayToolFolders, relayTools } from './tools.ts';

export function planRelayNode(node: RelayNode, answers: Answers, ledger: Ledger): Plan {
  const { place } = node;
  const publications = [relayPublication(node, answers)];
  return {
    folders: [
      ...maintenanceFolders,
      ...relayPostfixFolders(place),
      ...relayToolFolders,
      ...webServerFolders,
      { path: 'etc/sasl', mode: 0o700 },
      { path: 'var/run/sasl', mode: 0o755 },
      { path: 'var/lib/postgrey', mode: 0o700 },
    ],
    files: [
      ...relayPostfixFiles(node),
      ...relayToolFiles(place),
      inboundBundleFile(node),
      ...saslFiles(node),
      ...policyFiles(node),
      ...postgreyFiles(node),
      ...webServerFiles({
        place,
        hostName: node.hostName,
        certificate: nodeBundle,
        services: ['monitor'],
        monitorUrl: monitorUrl(place, answers),
        trustedProxies: [],
        accounts: null,
      }),
      ...maintenanceFiles(place, [...logFiles(place), ...webLogs(place)]),
      profileFile(place, {
        services: {
          ...Object.fromEntries(
            ['inbound-postfix', 'outbound-postfix', 'sasl', 'postgrey', 'policy'].map((name) => [
              name,
              [`${place.partition}/libexec/start-${name}`],
            ]),
          ),
          ...webServices(place),
          ...crondService(place),
        },
        tools: { ...relayTools(place), ...generatorTools(place) },
        promises: relayPromises(node),
        cron: { ...rotationJob(place), ...logrotateJob(place) },
      }),
    ],
    ledger: nextLedger(ledger, publications, { ports: place.ports, secrets: node.secrets }),
    publications,
  };
}

function inboundBundleFile({ place, inboundCertificate }: RelayNode): PlannedFile {
  return {
    path: inboundBundle,
    mode: 0o600,
    reload: 'inbound-postfix',
    body: { text: inboundCertificate ?? place.certificates.bundle },
  };
}

function logFiles({ partition }: Place) {
  const copied = ['inbound-postfix', 'outbound-postfix', 'crond', 'policy'].map((name) => ({
    path: `var/log/${name}.log`,
    afterwards: 'copytruncate' as const,
  }));
  const saslPid = `${partition}/var/run/sasl/master.pid`;
  return [...copied, { path: 'var/log/sasl.log', afterwards: { command: signalByPidFile(saslPid, 'USR1') } }];
}
