/** Commands that need only a parameter file. */
import { join } from 'node:path';

import { type Command, CommanderError } from 'commander';

import { exitCodes, RequesterError } from '../errors.ts';
import type { Stack } from '../model/place.ts';
import type { Shipped } from './shipped.ts';

export function addParameterCommands(program: Command, shipped: Shipped): void {
  program
    .command('validate')
    .description('Check a parameter file against schemas and rules; all errors at once.')
    .argument('<file>', 'parameters of an instance, shared requests, or both; YAML or JSON')
    .option('--type <software-type>', 'software type', 'default')
    .action(async (path: string, { type }: { type: string }) => {
      const { readParameterFile } = await import('../parameters/file.ts');
      const { definitionOf } = await import('../releases/releases.ts');
      const { checkParameterFile } = await import('../render/check.ts');
      const file = await readParameterFile(path, type);
      const definition = definitionOf(file.softwareType);
      const { problems, warnings, content } = checkParameterFile(file, definition, await readStack(shipped));
      for (const warning of warnings) console.error(warning);
      if (problems.length > 0) throw new RequesterError(problems);
      console.log(`${path}: valid, ${content}`);
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
        const { definitionOf, releases } = await import('../releases/releases.ts');
        const { readParameterFile } = await import('../parameters/file.ts');
        const { renderInstance } = await import('../render/instance.ts');
        const { folderChanges, writeFolder } = await import('../render/folder.ts');
        const { readTemplates, templateRenderer } = await import('../render/templates.ts');
        const types = releases
          .filter(({ release }) => release === releaseName)
          .flatMap(({ softwareTypes }) => softwareTypes);
        const [first] = types;
        if (first === undefined) {
          const known = [...new Set(releases.map(({ release }) => release))].join(', ');
          throw wrongUsage(`no release "${releaseName}"; known: ${known}`);
        }
        const requested = await readParameterFile(file, type ?? first);
        if (!types.includes(requested.softwareType)) {
          throw wrongUsage(
            `${releaseName} has no software type "${requested.softwareType}"; known: ${types.join(', ')}`,
          );
        }
        const render = templateRenderer(await readTemplates(shipped.path('instance-templates')));
        const definition = definitionOf(requested.softwareType);
        const files = renderInstance(requested, definition, await readStack(shipped), render);
        const changes = diff ? await folderChanges(output, files) : await writeFolder(output, files);
        for (const { path, kind, patch } of changes) console.log(diff ? patch() : `${kind.padEnd(8)}${path}`);
        console.log(
          `${changes.length} of ${files.length} files ${diff ? 'would change' : 'written'} in ${output}`,
        );
      },
    );
}

async function readStack(shipped: Shipped): Promise<Stack> {
  const { readStackLayer } = await import('../render/stack-layer.ts');
  return readStackLayer(join(shipped.path('software'), 'stack/debian.cfg'));
}

const wrongUsage = (reason: string) => new CommanderError(exitCodes.usage, 'usage', reason);
