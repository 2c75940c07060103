/** Stage 5 for one relay node. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { RelayNode } from '../../model/mail-server-relay/relay-node.ts';
import { saltFrom } from '../../model/seed.ts';
import { hashRandomPassword } from '../../model/password.ts';
import { serialisePasswdFile } from '../../formats/passwd-file.ts';
import type { Place } from '../../model/place.ts';
import type { Plan, PlannedFile } from '../planned.ts';
import {
  generatorService,
  maintenanceFiles,
  maintenanceFolders,
  signalByPidFile,
} from '../shared/maintenance.ts';
import { monitorUrl } from '../shared/monitor.ts';
import { nextLedger } from '../shared/next-ledger.ts';
import { profileFile } from '../shared/profile.ts';
import { crondService, generatorTools, logrotateJob, rotationJob } from '../shared/upkeep.ts';
import { webLogs, webServerFiles, webServerFolders, webServices } from '../shared/web-server.ts';
import { inboundBundle, nodeBundle, relayPostfixFiles, relayPostfixFolders } from './relay-postfix.ts';
import { relayPromises } from './relay-promises.ts';
import { relayPublication } from './relay-publication.ts';
import { relayToolFiles, relayToolFolders, relayTools } from './relay-tools.ts';
import { planTenants } from './tenants.ts';

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

function saslFiles({ place, domains }: RelayNode): PlannedFile[] {
  const { partition, user, programs } = place;
  const users = domains.flatMap(({ name, password }) => {
    if (password === null) return [];
    // The same salt each time, or the file would change at every run.
    const salt = saltFrom(new TextEncoder().encode(password), name);
    return [
      {
        name,
        password: hashRandomPassword(password, salt),
        home: '/nonexistent',
        quota: null,
        runsScripts: true,
      },
    ];
  });
  const configuration = `${partition}/etc/sasl/dovecot.conf`;
  return [
    { path: 'etc/sasl/users', mode: 0o600, body: { text: serialisePasswdFile(users) } },
    {
      path: 'etc/sasl/dovecot.conf',
      mode: 0o600,
      reload: 'sasl',
      body: {
        template: 'mail-server-relay/outbound/dovecot.conf.hbs',
        context: {
          baseFolder: `${partition}/var/run/sasl`,
          log: `${partition}/var/log/sasl.log`,
          user: user.name,
          group: user.group,
          users: `${partition}/etc/sasl/users`,
        },
      },
    },
    {
      path: 'libexec/start-sasl',
      mode: 0o700,
      restart: 'sasl',
      body: {
        template: 'shared/start-dovecot.hbs',
        context: {
          dovecot: programs['dovecot'],
          pidFile: `${partition}/var/run/sasl/master.pid`,
          configuration,
        },
      },
    },
  ];
}

function policyFiles(node: RelayNode): PlannedFile[] {
  const { partition } = node.place;
  const tenants = planTenants(node);
  return [
    {
      path: 'etc/postfix/outbound/tenants.json',
      mode: 0o600,
      body: { text: `${JSON.stringify(tenants, null, 1)}\n` },
    },
    generatorService(
      node.place,
      'policy',
      [
        `policy --tenants ${partition}/etc/postfix/outbound/tenants.json`,
        `--socket ${partition}/var/run/policy.sock >> ${partition}/var/log/policy.log 2>&1`,
      ].join(' '),
    ),
  ];
}

function postgreyFiles({ place, greylisting, hostName }: RelayNode): PlannedFile[] {
  const { partition, user, programs } = place;
  const list = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return [
    {
      path: 'etc/postgrey-clients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: list(greylisting['whitelist-clients']) },
    },
    {
      path: 'etc/postgrey-recipients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: list(greylisting['whitelist-recipients']) },
    },
    {
      path: 'libexec/start-postgrey',
      mode: 0o700,
      restart: 'postgrey',
      body: {
        template: 'mail-server-relay/start-postgrey.hbs',
        context: {
          postgrey: programs['postgrey'],
          socket: `${partition}/var/run/postgrey.sock`,
          pidFile: `${partition}/var/run/postgrey.pid`,
          databaseFolder: `${partition}/var/lib/postgrey`,
          user: user.name,
          group: user.group,
          hostName,
          delay: greylisting['greylisting-delay'],
          whitelistClients: `${partition}/etc/postgrey-clients`,
          whitelistRecipients: `${partition}/etc/postgrey-recipients`,
        },
      },
    },
  ];
}

function logFiles({ partition }: Place) {
  const copied = ['inbound-postfix', 'outbound-postfix', 'crond', 'policy'].map((name) => ({
    path: `var/log/${name}.log`,
    afterwards: 'copytruncate' as const,
  }));
  const saslPid = `${partition}/var/run/sasl/master.pid`;
  return [...copied, { path: 'var/log/sasl.log', afterwards: { command: signalByPidFile(saslPid, 'USR1') } }];
}
