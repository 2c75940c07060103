/** The part of `npm start` that runs in the namespace: the node, the scenario, the four paths. */
import { Listr, type ListrTask } from 'listr2';

import { OperatorError } from '../../errors.ts';
import { addRecord } from '../namespace/name-server.ts';
import type { LocalNode } from '../lifecycle/node.ts';
import type { OnProgress } from '../progress.ts';
import { partitionAddresses } from '../partition-addresses.ts';
import { existingMachine } from '../setup/prepare-machine.ts';
import { startLocalNode } from '../lifecycle/start.ts';
import { type Findings, gatherFindings } from './findings.ts';
import { mailServiceOf } from './mailbox.ts';
import { accountsWithPasswords, type ShownAccount } from './passwords.ts';
import { paths, type Places, type ShownPath, walkPath } from './paths.ts';
import { ownCommand, startBackground } from './child-process.ts';
import { nodeName, partitionCount, type Requests, requestsTo, softwareUrls } from './scenario.ts';
import { demonstrationFiles, mailDomains, relayHost } from './world.ts';

export interface InsideOptions {
  /** The node's directory. */
  directory: string;
  /** Folder of both software releases. */
  releases: string;
  /** They differ from those that the node has built. */
  rebuild: boolean;
}

interface State {
  node?: LocalNode;
  places?: Places;
  accounts?: ShownAccount[];
  walked: ShownPath[];
  /** Shows the node's progress in the step that runs. */
  showProgress: OnProgress;
}

const range = { ipv4: '127.0.0.1', ipv6: 'fd00:1::/64' };
/** Several are needed, because instances request others, which have to answer. */
const maxPasses = 12;

export async function demonstrate({ directory, releases, rebuild }: InsideOptions): Promise<Findings> {
  const machine = await existingMachine(directory);
  const urls = Object.values(softwareUrls(releases));
  const state: State = { walked: [], showProgress: () => undefined };
  const steps: ListrTask<State>[] = [
    {
      title: 'Start the name server and the stand-in delivery service, with addresses of their own',
      task: async () => {
        await startBackground(machine.layout, ownCommand('surroundings', '--directory', directory));
      },
    },
    {
      title: 'Start the node: SlapOS master and slapgrid',
      task: async (context, task) => {
        context.showProgress = (text) => (task.output = text);
        context.node = await startLocalNode({
          ...{ ...machine, ...range, partitionCount },
          onProgress: (text) => context.showProgress(text),
        });
      },
    },
    {
      title: 'Build the software releases on the node',
      task: async (context, task) => {
        const { node = missing() } = context;
        context.showProgress = (text) => (task.output = text);
        for (const url of urls) await node.supply(url);
        await node.buildSoftware();
        if (rebuild) for (const url of urls) await node.buildSoftware({ rebuild: url });
      },
    },
    {
      title: 'Request relay, mail1, mail2 and four accounts, and process the partitions',
      task: async (context, task) => {
        const { node = missing() } = context;
        context.showProgress = (text) => (task.output = text);
        const requests = requestsTo(node, releases);
        await requests.requestAll();
        await settle(node, requests);
        const relay = await addressOfPartition(node, nodeName);
        await addRecord(demonstrationFiles(machine.layout).names, `${relayHost}. AAAA ${relay}`);
      },
    },
    {
      title: 'Set passwords through the set-up links (dave leaves his to you)',
      task: async (context) => {
        const { node = missing() } = context;
        const requests = requestsTo(node, releases);
        const accounts = await accountsWithPasswords(node, requests);
        context.accounts = accounts.shown;
        context.places = {
          node,
          accounts: accounts.people,
          services: {
            mail1: mailServiceOf(await requests.requestServer('mail1')),
            mail2: mailServiceOf(await requests.requestServer('mail2')),
          },
          receivers: await receiversOf(node),
          delivered: demonstrationFiles(machine.layout).delivered,
        };
      },
    },
    ...paths.map((path, index) => ({
      title: `Path ${index + 1}: ${path.title}`,
      task: async ({ places = missing(), walked }: State) => {
        walked.push(await walkPath(places, path, index + 1));
      },
    })),
  ];
  await new Listr<State>(steps, { concurrent: false }).run(state);
  const { node = missing(), accounts = missing(), walked } = state;
  return gatherFindings(node, requestsTo(node, releases), accounts, walked);
}

async function settle(node: LocalNode, requests: Requests): Promise<void> {
  const { settled, failures, output } = await node.settle({
    passes: maxPasses,
    quiet: true,
    betweenPasses: requests.requestAll,
  });
  if (settled) return;
  const reasons = failures.map(({ partition, reason }) => `${partition}: ${reason}`).join('\n');
  throw new OperatorError(`the partitions are not healthy after ${maxPasses} passes:\n${reasons || output}`);
}

async function addressOfPartition(node: LocalNode, instance: string): Promise<string> {
  const number = Number(/\d+$/.exec(await node.partitionOf(instance))?.[0]);
  return partitionAddresses(range, number).ipv6;
}

async function receiversOf(node: LocalNode): Promise<Places['receivers']> {
  const receiver = async (instance: string, ...logs: string[]) => ({
    partition: await node.partitionOf(instance),
    logs,
  });
  return {
    [mailDomains.mail1]: await receiver('mail1', 'postfix.log'),
    [mailDomains.mail2]: await receiver('mail2', 'postfix.log'),
    [relayHost]: await receiver(nodeName, 'inbound-postfix.log', 'outbound-postfix.log'),
  };
}

/** Cannot happen: steps run in order, and each one needs only results of earlier ones. */
function missing(): never {
  throw new Error('a step of the demonstration ran before the one that it needs');
}
