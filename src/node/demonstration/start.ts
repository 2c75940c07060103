/** `npm start`: everything set up, the scenario requested, a message sent and shown. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Listr, type ListrTaskWrapper } from 'listr2';

import { OperatorError } from '../../errors.ts';
import { buildRelease } from '../../release/build-release.ts';
import { type LocalNode, lookAround, type NodeIdentity, prepareMachine, startLocalNode } from '../index.ts';
import { type Hop, readHops } from './hops.ts';
import { type MailAccount, receiveMessage, sendMessage } from './mailbox.ts';
import { readPasswords, rememberPasswords } from './passwords.ts';
import { formatReport } from './report.ts';
import {
  mailServiceOf,
  peopleWithPasswords,
  requestAccount,
  requestAll,
  requestServer,
  type Scenario,
  scenario,
} from './scenario.ts';

export interface StartOptions {
  /** Of the node; a default for root and one for others. */
  directory?: string;
  keepRunning: boolean;
}

interface State {
  machine?: NodeIdentity;
  node?: LocalNode;
  wanted?: Scenario;
  rebuild?: boolean;
  accounts?: MailAccount[];
  hops?: Hop[];
}

/** Passes of slapgrid until everything is up: the first one often looks before the services listen. */
const passes = 6;

/** Returns the report. The node is stopped at the end, also after a failure, unless it is to be kept. */
export async function startDemonstration(options: StartOptions): Promise<string> {
  const state: State = {};
  const progress = (task: ListrTaskWrapper<State, never, never>) => (text: string) => {
    task.output = text;
  };
  const steps = new Listr<State>(
    [
      {
        title: 'Prepare the machine: Debian packages, user, Python environment',
        task: async (context, task) => {
          const { directory } = options;
          context.machine = await prepareMachine({
            ...(directory === undefined ? {} : { directory }),
            onProgress: progress(task as never),
          });
        },
      },
      {
        title: 'Make the software release',
        task: async (context) => {
          const folder = join(required(context.machine).layout.directory, 'release');
          const { rebuilt, softwareUrl } = await makeRelease(folder);
          context.rebuild = rebuilt;
          context.wanted = scenario(softwareUrl);
        },
      },
      {
        title: 'Start the node: SlapOS master and slapgrid',
        task: async (context, task) => {
          context.node = await startLocalNode({
            ...required(context.machine),
            partitionCount: 3,
            ipv4: '127.0.0.1',
            ipv6: '::1',
            onProgress: progress(task as never),
          });
        },
      },
      {
        title: 'Build the software release on the node',
        task: async (context) => {
          const { softwareUrl } = required(context.wanted);
          const node = required(context.node);
          await node.supply(softwareUrl);
          await node.buildSoftware(context.rebuild ? { rebuild: softwareUrl } : {});
        },
      },
      {
        title: 'Request mail1 with alice and bob, and process the partition',
        task: async (context) => {
          const node = required(context.node);
          await requestAll(node, required(context.wanted));
          const { exitCode, failures, output } = await node.settle({ passes });
          if (exitCode === 0) return;
          const reasons = failures.map(({ partition, reason }) => `${partition}: ${reason}`).join('\n');
          throw new OperatorError(
            `the partition is not healthy after ${passes} passes:\n${reasons || output}`,
          );
        },
      },
      {
        title: 'Set their passwords through the set-up links',
        task: async (context) => {
          const node = required(context.node);
          const known = await readPasswords(node);
          context.accounts = await peopleWithPasswords(node, required(context.wanted), known);
          const passwords = context.accounts.map(({ address, password }) => [address, password] as const);
          await rememberPasswords(node, Object.fromEntries(passwords));
        },
      },
      {
        title: 'Send a message from alice to bob, and read it',
        task: async (context) => {
          const [alice, bob] = required(context.accounts);
          const service = mailServiceOf(
            await requestServer(required(context.node), required(context.wanted)),
          );
          const subject = `Path 1, ${randomUUID()}`;
          const message = {
            to: required(bob).address,
            subject,
            text: 'Hello Bob, this stays on one server.\n',
          };
          await sendMessage(service, required(alice), message);
          context.hops = await readHops(await receiveMessage(service, required(bob), subject));
        },
      },
    ],
    { concurrent: false },
  );
  try {
    await steps.run(state);
    return formatReport(await reportOf(state, options));
  } finally {
    if (!options.keepRunning) await state.node?.stop();
  }
}

async function reportOf(state: State, { keepRunning, directory }: StartOptions) {
  const node = required(state.node);
  const wanted = required(state.wanted);
  const accounts = required(state.accounts);
  const links = await Promise.all(wanted.people.map((person) => requestAccount(node, wanted, person)));
  return {
    title: wanted.title,
    connection: await requestServer(node, wanted),
    accounts: accounts.map((account, index) => ({
      ...account,
      setupUrl: String(links[index]?.['setup-url'] ?? ''),
    })),
    paths: [
      {
        title: `Path 1: ${accounts[0]?.address} → ${accounts[1]?.address}, local`,
        hops: required(state.hops),
      },
    ],
    partition: await node.partitionOf(wanted.title),
    masterUrl: node.serverUrl,
    look: lookAround(node),
    keepsRunning: keepRunning,
    stopCommand: `npm run stop${directory === undefined ? '' : ` -- --directory ${directory}`}`,
  };
}

/** Makes the release in `folder`; `rebuilt` when it is another one than the node built before. */
async function makeRelease(folder: string): Promise<{ rebuilt: boolean; softwareUrl: string }> {
  const before = await checksum(folder);
  const release = await buildRelease({ outputDirectory: folder });
  const [softwareUrl] = release.profiles;
  return { rebuilt: before !== null && before !== release.sha256, softwareUrl: required(softwareUrl) };
}

async function checksum(folder: string): Promise<string | null> {
  const profile = join(folder, 'stack/tarball.cfg');
  if (!existsSync(profile)) return null;
  return /^sha256 = (\w+)$/m.exec(await readFile(profile, 'utf8'))?.[1] ?? null;
}

/** Steps run in order: what an earlier one made is there. */
function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a step of the demonstration ran before the one that it needs');
  return value;
}
