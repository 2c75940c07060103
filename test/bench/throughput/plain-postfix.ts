/** Debian's Postfix with an empty main.cf, except for settings that let it run unprivileged and those of the leg. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { commandAs } from '../../../src/local-node/user.ts';
import type { NodeIdentity } from '../../../src/local-node/run-as-user.ts';
import {
  postfixBasics,
  postfixEnvironment,
  postfixIdentities,
  postfixServiceFolders,
} from '../../../src/plan/postfix-service.ts';
import { renderFiles } from '../../../src/render/files.ts';
import { writeFiles, writeFolders } from '../../../src/converge/write/write-plan.ts';
import { eventually } from '../../support/system/eventually.ts';
import { connectLines, type Endpoint } from '../../support/system/line-client.ts';
import { render } from '../../support/mail-server-run.ts';
import { placeWith } from '../../support/place.ts';

const services = fileURLToPath(
  new URL('../../../instance-templates/shared/postfix-services.cf.hbs', import.meta.url),
);

export async function startPlainPostfix(
  node: NodeIdentity,
  name: string,
  endpoint: Endpoint,
  settings: readonly string[],
): Promise<{ stop: () => void }> {
  const folder = join(node.layout.directory, name);
  await mkdir(folder);
  const place = placeWith({ partition: folder, user: { ...node.user, group: node.user.name } });
  const location = {
    ...{ place, configuration: 'etc', queue: 'spool', data: 'lib', log: 'var/log/postfix.log' },
    service: 'postfix',
  };
  const basics = postfixBasics(location);
  await writeFolders(folder, [
    ...['etc', 'var/log', 'var/run'].map((path) => ({ path, mode: 0o755 })),
    ...postfixServiceFolders(location),
  ]);
  await writeFiles(folder, renderFiles(postfixIdentities(location), render), { postmap: '', type: '' });
  const mainCf = [
    // With an older compatibility level there are no relay restrictions, and smtpd does not start.
    'compatibility_level = 3.7',
    ...[`mail_owner = ${basics.user}`, 'setgid_group = postdrop', 'default_privs = nobody'],
    ...[`queue_directory = ${basics.queueFolder}`, `data_directory = ${basics.dataFolder}`],
    ...[`command_directory = ${basics.commandFolder}`, `daemon_directory = ${basics.daemonFolder}`],
    ...[`maillog_file = ${basics.logFile}`, `maillog_file_prefixes = ${basics.logFolder}`],
    `import_environment = MAIL_CONFIG TZ LANG=C ${basics.environmentNames}`,
    `export_environment = TZ MAIL_CONFIG LANG ${basics.environmentNames}`,
    ...settings,
  ];
  await writeFile(join(folder, 'etc/main.cf'), `${mainCf.join('\n')}\n`);
  const listener = `[${endpoint.host}]:${endpoint.port} inet n - n - - smtpd\n`;
  await writeFile(join(folder, 'etc/master.cf'), listener + (await readFile(services, 'utf8')));
  await execa('chown', ['-R', `${node.user.uid}:${node.user.gid}`, folder]);
  const [program = '', ...args] = commandAs(node.user, [
    'env',
    ...Object.entries(postfixEnvironment(location)).map(([key, value]) => `${key}=${value}`),
    ...[`${basics.daemonFolder}/master`, '-c', join(folder, 'etc'), '-d'],
  ]);
  const master = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  await eventually(`${name} answers`, async () => {
    const client = await connectLines(endpoint);
    const greeting = await client.until(/^220 /);
    client.close();
    return greeting !== '';
  });
  return { stop: () => master.kill() };
}
