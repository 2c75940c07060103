/** The command line: arguments, exit codes, progress. The only place that ends this process. */
import { fileURLToPath } from 'node:url';

import { Command, CommanderError } from 'commander';

import { addLedgerCommand } from './commands/ledger.ts';
import { addNodeCommands } from './commands/node.ts';
import { addParameterCommands } from './commands/parameters.ts';
import { addPartitionCommands } from './commands/partition.ts';
import { addReleaseCommand } from './commands/release.ts';
import { addServiceCommands } from './commands/services.ts';
import { shippedWith } from './commands/shipped.ts';
import { blamedOnNode, exitCodeOf, exitCodes, OperatorError, RequesterError } from './errors.ts';

const program = new Command('slapos-mail')
  .description('Generates the SlapOS software releases mail-server and mail-server-relay, and runs them.')
  .exitOverride()
  .showHelpAfterError()
  // Said by `explain`, after the help.
  .configureOutput({ outputError: () => undefined });
const shipped = shippedWith(fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, ''));

addParameterCommands(program, shipped);
addPartitionCommands(program, shipped);
addServiceCommands(program);
addReleaseCommand(program);
addLedgerCommand(program);
addNodeCommands(program);

// Whoever read the output may have had enough of it (`| head`); what there is to do is done all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(blamedOnNode(error));
}

/** Says what went wrong, the reason last: masters keep only the end. Returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.success;
    // A command that only groups others was called: its help says all there is to say.
    if (error.code !== 'commander.help') console.error(error.message);
    return exitCodes.usage;
  }
  if (error instanceof RequesterError || error instanceof OperatorError) console.error(error.message);
  else
    console.error(
      `${error instanceof Error ? (error.stack ?? '') : ''}\nbug of slapos-mail: ${String(error)}`,
    );
  return exitCodeOf(error);
}
