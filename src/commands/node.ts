/** Commands for a SlapOS node on this machine. They run from a checkout only: local-node/ is not shipped. */
import type { Command } from 'commander';

const directoryHelp =
  'where the node lives, at most 40 characters (default: /srv/slapos-mail for root, else slapos-mail in the state directory of the user)';

export function addNodeCommands(program: Command): void {
  const node = program.command('node').description('A SlapOS node on this machine, to try and to test.');

  node
    .command('start')
    .description(
      'Set up everything, request two mail servers behind a relay, send mail along four paths, show them.',
    )
    .option('--directory <folder>', directoryHelp)
    .option('--keep-running', 'leave the node running at the end', false)
    .action(async (options: { directory?: string; keepRunning: boolean }) => {
      const { startDemonstration } = await import('../local-node/demonstration/start.ts');
      console.log(`\n${await startDemonstration(options)}`);
    });

  node
    .command('stop')
    .description('Stop the node and everything that it runs; its data stays.')
    .option('--directory <folder>', directoryHelp)
    .action(async ({ directory }: { directory?: string }) => {
      const { stopDemonstration } = await import('../local-node/demonstration/stop.ts');
      console.log(await stopDemonstration(directory));
    });
  addDemonstrationParts(node);
}

/** The subcommands that `node start` runs as child processes. */
function addDemonstrationParts(node: Command): void {
  node
    .command('inside', { hidden: true })
    .requiredOption('--directory <folder>')
    .requiredOption('--releases <folder>')
    .option('--rebuild', undefined, false)
    .argument('<file>')
    .action(async (file: string, options: { directory: string; releases: string; rebuild: boolean }) => {
      const { writeOutcome } = await import('../local-node/demonstration/child-process.ts');
      const { demonstrate } = await import('../local-node/demonstration/inside.ts');
      await writeOutcome(file, () => demonstrate(options));
    });

  node
    .command('surroundings', { hidden: true })
    .requiredOption('--directory <folder>')
    .action(async ({ directory }: { directory: string }) => {
      const { sendOutcome } = await import('../local-node/demonstration/child-process.ts');
      const { startSurroundings } = await import('../local-node/demonstration/surroundings.ts');
      await sendOutcome(() => startSurroundings(directory));
    });

  node
    .command('forward', { hidden: true })
    .requiredOption('--directory <folder>')
    .argument('<forwards>')
    .action(async (forwards: string, { directory }: { directory: string }) => {
      const { sendOutcome } = await import('../local-node/demonstration/child-process.ts');
      const { startForwarding } = await import('../local-node/demonstration/forwarding.ts');
      await sendOutcome(() => startForwarding(directory, forwards));
    });
}
