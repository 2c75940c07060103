/** The command line: arguments, exit codes, progress. The only place that ends the process. */
import { readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Command, CommanderError } from 'commander';

import { blamedOnNode, exitCodeOf, exitCodes, OperatorError, RequesterError } from './errors.ts';
import type { Connection } from './model/place.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Beside the bundle in a release, one folder up in a checkout. */
function shipped(name: string): string {
  return [join(here, name), join(here, '..', name)].find((path) => existsSync(path)) ?? join(here, name);
}

const program = new Command('slapos-mail')
  .description('Generates the SlapOS software releases mail-server and mail-server-relay, and runs them.')
  .exitOverride()
  .showHelpAfterError();

program
  .command('validate')
  .description('Check a parameter file against schemas and rules; all errors at once.')
  .argument('<file>', 'parameters, YAML or JSON')
  .option('--type <software-type>', 'software type', 'default')
  .action(async (file: string, { type }: { type: string }) => {
    const { readParameterFile } = await import('./parameter-file.ts');
    const { definitionOf } = await import('./releases.ts');
    const requested = await readParameterFile(file, type);
    const request = definitionOf(requested.softwareType).validate(requested);
    if (request.refused.length > 0) {
      throw new RequesterError(
        request.refused.map(({ reference, error }) => `/shared/${reference}: ${error}`),
      );
    }
    console.log(`${file}: valid, ${requested.sharedRequests.length} shared requests`);
  });

program
  .command('render')
  .description('Write the folder of files that an instance would get.')
  .argument('<release>', 'mail-server or mail-server-relay')
  .argument('<file>', 'parameters, YAML or JSON')
  .requiredOption('-o, --output <folder>', 'folder to write')
  .option('--type <software-type>', "software type; the release's first one without it")
  .option('--diff', 'show what would change, write nothing')
  .action(
    async (
      releaseName: string,
      file: string,
      { output, type, diff }: { output: string; type?: string; diff?: boolean },
    ) => {
      const { definitionOf, releases } = await import('./releases.ts');
      const { readParameterFile } = await import('./parameter-file.ts');
      const { readStackLayer } = await import('./place/stack-layer.ts');
      const { renderInstance } = await import('./render.ts');
      const { folderChanges, writeFolder } = await import('./render-folder.ts');
      const { readTemplates, templateRenderer } = await import('./render/templates.ts');
      const [first] = releases.find(({ release }) => release === releaseName)?.softwareTypes ?? [];
      if (first === undefined) {
        const known = [...new Set(releases.map(({ release }) => release))].join(', ');
        throw new CommanderError(exitCodes.usage, 'release', `no release "${releaseName}"; known: ${known}`);
      }
      const requested = await readParameterFile(file, type ?? first);
      const render = templateRenderer(await readTemplates(shipped('instance-templates')));
      const stack = await readStackLayer(join(shipped('software'), 'stack/debian.cfg'));
      const files = renderInstance(requested, definitionOf(requested.softwareType), stack, render);
      const changes = diff ? await folderChanges(output, files) : await writeFolder(output, files);
      for (const { path, kind, patch } of changes) console.log(diff ? patch() : `${kind.padEnd(8)}${path}`);
      console.log(
        `${changes.length} of ${files.length} files ${diff ? 'would change' : 'written'} in ${output}`,
      );
    },
  );

interface ConvergeOptions {
  serverUrl: string;
  computerId: string;
  partitionId: string;
  softwareUrl: string;
  keyFile?: string;
  certFile?: string;
  partition: string;
  programs: string;
  eggsDirectory: string;
  developEggsDirectory: string;
}

program
  .command('converge')
  .description('Bring a partition in line with what the master says; what instance.cfg runs.')
  .requiredOption('--server-url <url>')
  .requiredOption('--computer-id <id>')
  .requiredOption('--partition-id <id>')
  .requiredOption('--software-url <url>')
  .option('--key-file <path>')
  .option('--cert-file <path>')
  .requiredOption('--partition <folder>')
  .requiredOption('--programs <path>')
  .option('--buildout <path>')
  .requiredOption('--eggs-directory <folder>')
  .requiredOption('--develop-eggs-directory <folder>')
  .action(async (options: ConvergeOptions) => {
    const { converge } = await import('./converge.ts');
    const { partition, programs, eggsDirectory, developEggsDirectory } = options;
    const connection: Connection = {
      serverUrl: options.serverUrl,
      computerId: options.computerId,
      partitionId: options.partitionId,
      softwareUrl: options.softwareUrl,
      keyFile: options.keyFile ?? '',
      certificateFile: options.certFile ?? '',
    };
    const { written, notified, published } = await converge(
      {
        partition,
        release: here.replace(/\/$/, ''),
        templates: shipped('instance-templates'),
        programs,
        eggsDirectory,
        developEggsDirectory,
        connection,
      },
      console.log,
    );
    for (const path of written) console.log(`wrote ${path}`);
    for (const sentence of notified) console.log(sentence);
    console.log(`${written.length} files written, ${published} publications sent`);
  });

program
  .command('rotate-certificate')
  .description('Ask for the next certificate: the next processing of the partition makes it the current one.')
  .requiredOption('--partition <folder>')
  .action(async ({ partition }: { partition: string }) => {
    const { connectToMaster } = await import('./slap/index.ts');
    const { releases } = await import('./releases.ts');
    const connection = JSON.parse(
      await readFile(join(partition, 'etc/connection.json'), 'utf8'),
    ) as Connection;
    for (const { certificates } of releases) {
      if (certificates === null) continue;
      await rm(join(partition, certificates.folder, `${certificates.name}.fingerprint`), { force: true });
    }
    const master = connectToMaster(connection);
    await master.bang('certificate rotation').finally(() => master.close());
  });

program
  .command('portal')
  .description('Run the account portal; what etc/service/portal runs.')
  .requiredOption('--config <path>')
  .action(async ({ config }: { config: string }) => {
    const { readPortalConfig } = await import('./portal/config.ts');
    const { startPortal } = await import('./portal/run-portal.ts');
    await startPortal(await readPortalConfig(config));
  });

program
  .command('crond')
  .description('Run the commands of crontab files; what etc/service/crond runs.')
  .requiredOption('--directory <folder>')
  .option('--log <path>')
  .action(async ({ directory, log }: { directory: string; log?: string }) => {
    const { crond } = await import('./crond/crond.ts');
    await crond({ directory, ...(log === undefined ? {} : { logFile: log }) });
  });

program
  .command('policy')
  .description('Answer who may send as what through a relay; what etc/service/policy runs.')
  .requiredOption('--tenants <path>')
  .requiredOption('--socket <path>')
  .action(async (options: { tenants: string; socket: string }) => {
    const { servePolicy } = await import('./policy/policy-server.ts');
    await servePolicy(options);
  });

program
  .command('check-ports')
  .description('Wait until nobody listens on [address]:port, or say who must go.')
  .argument('<endpoints...>')
  .action(async (endpoints: string[]) => {
    const { checkPorts } = await import('./place/check-ports.ts');
    await checkPorts(endpoints);
  });

program
  .command('release')
  .description('Make the folder that a node fetches the software releases from.')
  .option('-o, --output <folder>', 'folder to write', 'dist')
  .option('--base-url <url>', 'where the folder will be served; relative to the profile without it')
  .action(async ({ output, baseUrl }: { output: string; baseUrl?: string }) => {
    const { buildRelease } = await import('./release/build-release.ts');
    const release = await buildRelease({
      outputDirectory: output,
      ...(baseUrl === undefined ? {} : { baseUrl }),
    });
    console.log(`${release.tarball}\nsha256 ${release.sha256}`);
    for (const profile of release.profiles) console.log(profile);
  });

const node = program.command('node').description('A SlapOS node on this machine, to try and to test.');

node
  .command('start')
  .description(
    'Set up everything, request two mail servers behind a relay, send mail on four ways, show them.',
  )
  .option('--directory <folder>', 'where the node lives, at most 40 characters')
  .option('--keep-running', 'leave the node running at the end', false)
  .action(async (options: { directory?: string; keepRunning: boolean }) => {
    const { startDemonstration } = await import('./node/demonstration/start.ts');
    console.log(`\n${await startDemonstration(options)}`);
  });

node
  .command('stop')
  .description('Stop the node and everything that it runs; its data stays.')
  .option('--directory <folder>', 'where the node lives')
  .action(async ({ directory }: { directory?: string }) => {
    const { stopDemonstration } = await import('./node/demonstration/stop.ts');
    console.log(await stopDemonstration(directory));
  });

// What `node start` runs.

node
  .command('inside', { hidden: true })
  .requiredOption('--directory <folder>')
  .requiredOption('--releases <folder>')
  .option('--rebuild', undefined, false)
  .argument('<file>')
  .action(async (file: string, options: { directory: string; releases: string; rebuild: boolean }) => {
    const { tellByFile } = await import('./node/demonstration/child-process.ts');
    const { demonstrate } = await import('./node/demonstration/inside.ts');
    await tellByFile(file, () => demonstrate(options));
  });

node
  .command('surroundings', { hidden: true })
  .requiredOption('--directory <folder>')
  .action(async ({ directory }: { directory: string }) => {
    const { tellParent } = await import('./node/demonstration/child-process.ts');
    const { startSurroundings } = await import('./node/demonstration/surroundings.ts');
    await tellParent(() => startSurroundings(directory));
  });

node
  .command('forward', { hidden: true })
  .requiredOption('--directory <folder>')
  .argument('<forwards>')
  .action(async (forwards: string, { directory }: { directory: string }) => {
    const { tellParent } = await import('./node/demonstration/child-process.ts');
    const { startForwarding } = await import('./node/demonstration/forwarding.ts');
    await tellParent(() => startForwarding(directory, forwards));
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(blamedOnNode(error));
}

/** Says what went wrong, the reason last: masters keep only the end. Returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.code === 'release') console.error(error.message);
    return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  }
  if (error instanceof RequesterError || error instanceof OperatorError) console.error(error.message);
  else
    console.error(
      `${error instanceof Error ? (error.stack ?? '') : ''}\nbug of slapos-mail: ${String(error)}`,
    );
  return exitCodeOf(error);
}
