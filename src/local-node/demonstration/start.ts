/** `npm start`: sets everything up, requests the scenario, sends mail along four paths, and reports. */
import { join } from 'node:path';

import { Listr, type ListrTask } from 'listr2';

import { exitCodes, OperatorError } from '../../errors.ts';
import { checkNamespaces } from '../namespace/private.ts';
import type { NodeIdentity } from '../run-as-user.ts';
import { prepareMachine } from '../setup/prepare-machine.ts';
import {
  endChildrenOnSignal,
  ownCommand,
  runInNamespace,
  signals,
  startBackground,
} from './child-process.ts';
import type { Forward } from './forwarding.ts';
import type { Findings } from './findings.ts';
import { type OpenPorts, openPorts, wantedForwards } from './open-ports.ts';
import { makeReleases } from './releases.ts';
import { formatReport } from './report.ts';
import { stopEverything } from './stop.ts';

export interface StartOptions {
  /** The node's directory; by default see setup/directory.ts. */
  directory?: string;
  keepRunning: boolean;
}

/**
 * Returns the report. At the end everything is stopped, also after a failure, except with `keepRunning`; a signal
 * before the report is there stops everything in any case. What an earlier run left running is stopped first, because
 * services of two namespaces cannot reach each other.
 */
export async function startDemonstration({ directory, keepRunning }: StartOptions): Promise<string> {
  const caller = await checkNamespaces();
  const { machine, releases, rebuild } = await endingOnSignal(() => prepare(directory));
  return endChildrenOnSignal(machine.layout, async (interrupted) => {
    try {
      const options = ['--directory', machine.layout.directory, '--releases', releases];
      const inside = ownCommand('inside', ...options, ...(rebuild ? ['--rebuild'] : []));
      const findings = (await runInNamespace(machine.layout, caller, inside)) as Findings;
      return formatReport({
        ...findings,
        ports: keepRunning ? await openForwards(machine, findings) : null,
        layout: machine.layout,
        stopCommand: `npm run stop${directory === undefined ? '' : ` -- --directory ${directory}`}`,
      });
    } catch (error) {
      if (!interrupted()) throw error;
      throw new OperatorError('The demonstration: was told to end, and has stopped everything', {
        cause: error,
      });
    } finally {
      if (!keepRunning || interrupted()) await stopEverything(machine);
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

/** Runs `work`, of which nothing has to be undone: at a signal this process ends with a sentence. */
async function endingOnSignal<Result>(work: () => Promise<Result>): Promise<Result> {
  const end = () => {
    console.error(
      '\nThe set-up: was told to end; what is set up stays, and the next npm start goes on from there',
    );
    process.exit(exitCodes.operator);
  };
  for (const signal of signals) process.on(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** Forwards ports of this machine's loopback address to the services in the namespace. */
async function openForwards({ layout }: NodeIdentity, findings: Findings): Promise<OpenPorts> {
  const wanted = wantedForwards(findings);
  const forward = ownCommand('forward', '--directory', layout.directory, JSON.stringify(wanted));
  return openPorts((await startBackground(layout, forward)) as Forward[]);
}
