/** Stage 5 for `mail-server`: the model and the answers become files, the next ledger and publications. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { Plan } from '../planned.ts';
import { maintenanceFiles, maintenanceFolders, signalByPidFile } from '../maintenance.ts';
import { adminTools } from '../postfix-tools.ts';
import { nextLedger } from '../next-ledger.ts';
import { profileFile } from '../profile.ts';
import { generatorTools, logrotateJob, rotationJob } from '../upkeep.ts';
import { webLogs, webServerFolders } from '../web-server.ts';
import { dovecotFiles, dovecotFolders } from './dovecot.ts';
import { mailPolicyFiles, mailPolicyFolders, mailPolicyLog } from './mail-policy.ts';
import { postfixFiles, postfixFolders, postfixLocationAt } from './postfix.ts';
import { planPromises, promiseFiles } from './promises.ts';
import { planPublications } from './publications.ts';
import { planRoutes } from './routes.ts';
import { withKnownTokens } from './tokens.ts';
import { webFiles } from './web.ts';

export function planMailServer(built: MailServer, answers: Answers, ledger: Ledger, seed: Uint8Array): Plan {
  const model = withKnownTokens(built, answers, ledger, seed);
  const routes = planRoutes(model, answers);
  const publications = planPublications(model, answers, ledger.published);
  return {
    folders: [
      ...maintenanceFolders,
      ...postfixFolders(model),
      ...dovecotFolders,
      ...webServerFolders,
      ...mailPolicyFolders,
    ],
    files: [
      ...postfixFiles(model, routes),
      ...dovecotFiles(model),
      ...webFiles(model, answers),
      ...mailPolicyFiles(model),
      ...promiseFiles(model, routes),
      ...maintenanceFiles(model.place, logFiles(model)),
      profile(model),
    ],
    ledger: nextLedger(ledger, publications, {
      accounts: model.records,
      aliases: model.aliases,
      ports: model.place.ports,
      secrets: model.secrets,
    }),
    publications,
  };
}

function logFiles({ place }: MailServer) {
  const run = `${place.partition}/var/run`;
  return [
    { path: 'var/log/postfix.log', afterwards: 'copytruncate' as const },
    { path: 'var/log/crond.log', afterwards: 'copytruncate' as const },
    { path: mailPolicyLog, afterwards: 'copytruncate' as const },
    {
      path: 'var/log/dovecot.log',
      afterwards: { command: signalByPidFile(`${run}/dovecot/master.pid`, 'USR1') },
    },
    ...webLogs(place),
  ];
}

function profile(model: MailServer) {
  const { place } = model;
  const { partition, programs } = place;
  return profileFile(place, {
    services: Object.fromEntries(
      ['mail-policy', 'postfix', 'dovecot', 'apache', 'portal', 'crond'].map((name) => [
        name,
        [`${partition}/libexec/start-${name}`],
      ]),
    ),
    tools: {
      ...adminTools(postfixLocationAt(place), ''),
      doveadm: {
        command: [programs['doveadm'] ?? 'doveadm', '-c', `${partition}/etc/dovecot/dovecot.conf`],
      },
      ...generatorTools(place),
    },
    promises: planPromises(model),
    cron: { ...rotationJob(place), ...logrotateJob(place) },
  });
}
