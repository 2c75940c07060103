/** `npm start`: everything set up, the scenario requested, mail sent on four ways and shown. */
import { join } from 'node:path';

import { Listr, type ListrTask } from 'listr2';

import { OperatorError } from '../../errors.ts';
import { checkNamespaces } from '../namespace/private.ts';
import type { NodeIdentity } from '../run-as-user.ts';
import { prepareMachine } from '../setup/prepare-machine.ts';
import { endChildrenOnSignal, ownCommand, runInNamespace, startBackground } from './child-process.ts';
import type { Forward } from './forwarding.ts';
import type { Demonstrated } from './findings.ts';
import { type OpenPorts, openPorts, wantedForwards } from './open-ports.ts';
import { makeReleases } from './releases.ts';
import { formatReport } from './report.ts';
import { stopEverything } from './stop.ts';

export interface StartOptions {
  /** Of the node; a default for root and one for others. */
  directory?: string;
  keepRunning: boolean;
}

/**
 * Returns the report. Everything is stopped at the end, also after a failure, unless it is to be kept; and always when
 * this process is told to end before it has a report. What a former run
 * kept is stopped first: services of different age, in namespaces of different make, would show nothing.
 */
export async function startDemonstration({ directory, keepRunning }: StartOptions): Promise<string> {
  const caller = await checkNamespaces();
  const { machine, releases, rebuild } = await prepare(directory);
  return endChildrenOnSignal(machine.layout, async (wasTold) => {
    try {
      const options = ['--directory', machine.layout.directory, '--releases', releases];
      const inside = ownCommand('inside', ...options, ...(rebuild ? ['--rebuild'] : []));
      const shown = (await runInNamespace(machine.layout, caller, inside)) as Demonstrated;
      return formatReport({
        ...shown,
        ports: keepRunning ? await open(machine, shown) : null,
        layout: machine.layout,
        stopCommand: `npm run stop${directory === undefined ? '' : ` -- --directory ${directory}`}`,
      });
    } catch (error) {
      if (!wasTold()) throw error;
      throw new OperatorError('The demonstration: was told to end, and has stopped everything', {
        cause: error,
      });
    } finally {
      if (!keepRunning || wasTold()) await stopEverything(machine);
    }
  });
}

interface Prepared {
  machine: NodeIdentity;
  /** Folder of the software releases. */
  releases: string;
  rebuild: boolean;
}

async function prepare(directory?: string): Promise<Prepared> {
  const state: Partial<Prepared> = {};
  const steps: ListrTask<Partial<Prepared>>[] = [
    {
      title: 'Prepare the machine: Debian packages, user, Python environment',
      task: async (context, task) => {
        context.machine = await prepareMachine({
          ...(directory === undefined ? {} : { directory }),
          onProgress: (text) => (task.output = text),
        });
        if (await stopEverything(context.machine)) task.title += '; stopped what was kept running';
      },
    },
    {
      title: 'Make the software releases mail-server and mail-server-relay',
      task: async (context) => {
        context.releases = join(context.machine?.layout.directory ?? '', 'release');
        context.rebuild = await makeReleases(context.releases);
      },
    },
  ];
  return (await new Listr(steps, { concurrent: false }).run(state)) as Prepared;
}

/** Opens ports of this machine's loopback to the services in the namespace. */
async function open({ layout }: NodeIdentity, shown: Demonstrated): Promise<OpenPorts> {
  const wanted = wantedForwards(shown);
  const forward = ownCommand('forward', '--directory', layout.directory, JSON.stringify(wanted));
  return openPorts((await startBackground(layout, forward)) as Forward[]);
}
