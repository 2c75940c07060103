/** Commands for the operator of a node, about a ledger. */
import type { Command } from 'commander';

export function addLedgerCommand(program: Command): void {
  const command = program.command('ledger').description('The plain-text ledger of a partition.');

  command
    .command('check')
    .description('Check a ledger: print all its errors, or what it holds.')
    .argument('[folder]', 'a generation of the ledger', 'srv/ledger/current')
    .action(async (folder: string) => {
      const { checkLedger } = await import('../ledger/check.ts');
      console.log(await checkLedger(folder));
    });

  command
    .command('restore')
    .description('Say what going back to an earlier generation would change; with --yes, go back.')
    .argument('[generation]', 'previous, or a folder generation-N beside it', 'previous')
    .option('--ledger <folder>', 'the ledger', 'srv/ledger')
    .option('--yes', 'do it', false)
    .action(async (generation: string, { ledger, yes }: { ledger: string; yes: boolean }) => {
      const { restoreLedger } = await import('../ledger/restore.ts');
      console.log(await restoreLedger(ledger, generation, yes));
    });
}
