/** Commands that a partition runs when it is processed, or that its operator runs. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import { OperatorError, shown } from '../errors.ts';
import type { Connection } from '../model/place.ts';
import type { Shipped } from './shipped.ts';

interface ConvergeOptions {
  serverUrl: string;
  computerId: string;
  partitionId: string;
  softwareRelease: string;
  softwareUrl: string;
  keyFile?: string;
  certFile?: string;
  partition: string;
  programs: string;
  eggsDirectory: string;
  developEggsDirectory: string;
}

export function addPartitionCommands(program: Command, shipped: Shipped): void {
  program
    .command('converge')
    .description('Bring a partition in line with what the master says; what instance.cfg runs.')
    .requiredOption('--server-url <url>', 'URL of the SlapOS master')
    .requiredOption('--computer-id <id>', "the node's reference at the master")
    .requiredOption('--partition-id <id>', "the partition's reference, such as slappart0")
    .requiredOption('--software-release <name>', 'mail-server or mail-server-relay')
    .requiredOption('--software-url <url>', 'URL by which the software release was requested')
    .option('--key-file <path>', 'private key of a client certificate for the master, PEM')
    .option('--cert-file <path>', 'that certificate, PEM')
    .requiredOption('--partition <folder>', "the partition's folder")
    .requiredOption('--programs <path>', 'programs.json of the software release')
    .requiredOption('--eggs-directory <folder>', 'where the software release has its eggs')
    .requiredOption('--develop-eggs-directory <folder>', 'where the software release has its links to eggs')
    .action(async (options: ConvergeOptions) => {
      const { converge } = await import('../converge/converge.ts');
      const { partition, programs, eggsDirectory, developEggsDirectory } = options;
      const connection: Connection = {
        serverUrl: options.serverUrl,
        computerId: options.computerId,
        partitionId: options.partitionId,
        softwareUrl: options.softwareUrl,
        keyFile: options.keyFile ?? '',
        certificateFile: options.certFile ?? '',
      };
      const { written, notified, faults } = await converge({
        partition,
        release: shipped.folder,
        templates: shipped.path('instance-templates'),
        softwareRelease: options.softwareRelease,
        programs,
        eggsDirectory,
        developEggsDirectory,
        connection,
      });
      for (const path of written) console.log(`wrote ${path}`);
      for (const sentence of notified) console.log(sentence);
      console.log(`${written.length} files written`);
      for (const { name, error } of faults) {
        console.error(`slapos-mail failed at the request ${shown(name)}, which was set aside:`, error);
      }
    });

  program
    .command('publish')
    .description('Send the master what it has not received yet; what a partition runs last.')
    .requiredOption('--partition <folder>', "the partition's folder")
    .action(async ({ partition }: { partition: string }) => {
      const { connectToMaster } = await import('../slap/index.ts');
      const { publishPartition } = await import('../converge/publish.ts');
      const master = connectToMaster(await readConnection(join(partition, 'etc/connection.json')));
      const onProgress = (sent: number, all: number) => {
        console.log(`published ${sent} of ${all}`);
      };
      await publishPartition(partition, master, { onProgress }).finally(() => master.close());
    });

  program
    .command('rotate-certificate')
    .description(
      'Ask for the next certificate: the next processing of the partition makes it the current one.',
    )
    .requiredOption('--partition <folder>', "the partition's folder")
    .action(async ({ partition }: { partition: string }) => {
      const { connectToMaster } = await import('../slap/index.ts');
      const { releases } = await import('../releases/releases.ts');
      const connection = await readConnection(join(partition, 'etc/connection.json'));
      for (const { certificate } of releases) {
        await rm(join(partition, certificate.folder, `${certificate.name}.fingerprint`), { force: true });
      }
      const master = connectToMaster(connection);
      await master.bang('certificate rotation').finally(() => master.close());
    });
}

async function readConnection(path: string): Promise<Connection> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Connection;
  } catch (error) {
    throw new OperatorError(
      `${path}: ${(error as Error).message}; name the folder of a partition that was processed`,
    );
  }
}
