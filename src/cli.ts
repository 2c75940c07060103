/** The command line: arguments, error messages, exit codes. */
import { fileURLToPath } from 'node:url';

import { Command, CommanderError } from 'commander';

import manifest from '../package.json' with { type: 'json' };
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
  .version(manifest.version)
  .exitOverride()
  .showHelpAfterError()
  // `explain` prints the error, after the help.
  .configureOutput({ outputError: () => undefined });
const shipped = shippedWith(fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, ''));

addParameterCommands(program, shipped);
addPartitionCommands(program, shipped);
addServiceCommands(program);
addReleaseCommand(program);
addLedgerCommand(program);
addNodeCommands(program);

// A reader such as `head` may close the pipe early; the command still does its work to the end.
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

/** Prints the error, with the reason last, because masters keep only the end of the text. Returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.success;
    // A command that only groups others was called: commander has printed its help.
    if (error.code !== 'commander.help') console.error(error.message);
    return exitCodes.usage;
  }
  if (error instanceof RequesterError || error instanceof OperatorError) {
    console.error(error.message);
  } else {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    console.error(`${stack}\nbug of slapos-mail: ${String(error)}`);
  }
  return exitCodeOf(error);
}
