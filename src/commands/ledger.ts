/** Commands for an operator who looks after a ledger. */
import type { Command } from 'commander';

export function addLedgerCommand(program: Command): void {
  program
    .command('ledger')
    .description('The plain-text ledger of a partition.')
    .command('check')
    .description('Read a ledger and say everything that is wrong with it, or what it holds.')
    .argument('[folder]', 'a generation of the ledger', 'srv/ledger/current')
    .action(async (folder: string) => {
      const { checkLedger } = await import('../ledger/check.ts');
      console.log(await checkLedger(folder));
    });
}
