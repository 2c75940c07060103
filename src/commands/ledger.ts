/** Commands for the operator of a node, about a ledger. */
import type { Command } from 'commander';

export function addLedgerCommand(program: Command): void {
  program
    .command('ledger')
    .description('The plain-text ledger of a partition.')
    .command('check')
    .description('Check a ledger: print all its errors, or what it holds.')
    .argument('[folder]', 'a generation of the ledger', 'srv/ledger/current')
    .action(async (folder: string) => {
      const { checkLedger } = await import('../ledger/check.ts');
      console.log(await checkLedger(folder));
    });
}
