/** Commands for a SlapOS node on this machine. */
import type { Command } from 'commander';

export function addNodeCommands(program: Command): void {
  const node = program.command('node').description('A SlapOS node on this machine, to try and to test.');

  node
    .command('start')
    .description('Set up everything, request a mail server with two accounts, send a message and show it.')
    .option('--directory <folder>', 'where the node lives, at most 40 characters')
    .option('--keep-running', 'leave the node running at the end', false)
    .action(async (options: { directory?: string; keepRunning: boolean }) => {
      const { startDemonstration } = await import('../node/demonstration/start.ts');
      console.log(`\n${await startDemonstration(options)}`);
    });

  node
    .command('stop')
    .description('Stop the node and everything that it runs; its data stays.')
    .option('--directory <folder>', 'where the node lives')
    .action(async ({ directory }: { directory?: string }) => {
      const { stopDemonstration } = await import('../node/demonstration/stop.ts');
      console.log(await stopDemonstration(directory));
    });
}
