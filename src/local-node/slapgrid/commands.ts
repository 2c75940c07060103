import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { withoutRepeats, type OnProgress } from '../progress.ts';
import { runAsUser, type NodeIdentity, type RunResult } from '../run-as-user.ts';
import { buildoutStep, failedPartitions, processedPartitions, type PartitionFailure } from './output.ts';
import { findSlapproxy } from '../slapproxy/server.ts';
import { forgetTimestamps } from './timestamps.ts';

type Command = 'instance' | 'promise' | 'software' | 'report';

export interface InstancePass {
  /** 0: all well. 1: a partition could not be processed. 2: all processed, but promises fail. */
  readonly exitCode: number;
  readonly output: string;
  /** Partitions that were processed; the others had not changed, so only their promises were looked at. */
  readonly processed: readonly string[];
  readonly failures: readonly PartitionFailure[];
}

export interface InstanceOptions {
  /** Partitions, such as `slappart0`; all by default. */
  readonly only?: readonly string[];
  /** Also those that have not changed since they were processed. */
  readonly force?: boolean;
}

/** One `slapos node instance`. Throws OperatorError when it could not work at all. */
export async function runInstancePass(
  node: NodeIdentity,
  { only, force = false }: InstanceOptions,
  onProgress: OnProgress,
): Promise<InstancePass> {
  const tell = withoutRepeats(onProgress);
  let partition = '';
  if (force) await forgetTimestamps(node, only);
  const result = await runSlapgrid(node, 'instance', onlyOption(only), (line) => {
    partition = processedPartitions(line)[0] ?? partition;
    const step = buildoutStep(line);
    if (step !== undefined) tell(`${partition}: ${step}`);
  });
  return passOf(node, 'instance', result);
}

/** One `slapos node promise`: runs all promises now, processes nothing. The exit code is 0 or 2. */
export async function runPromises(node: NodeIdentity, only?: readonly string[]): Promise<InstancePass> {
  return passOf(node, 'promise', await runSlapgrid(node, 'promise', onlyOption(only), () => undefined));
}

function passOf(node: NodeIdentity, command: Command, result: RunResult): InstancePass {
  const failures = failedPartitions(result.output);
  const { exitCode } = result;
  const worked = exitCode === 0 || ((exitCode === 1 || exitCode === 2) && failures.length > 0);
  if (!worked) throw cannotWork(node, command, result);
  return { exitCode, output: result.output, processed: processedPartitions(result.output), failures };
}

const onlyOption = (only?: readonly string[]): string[] =>
  only === undefined ? [] : ['--only', only.join(',')];

/** One `slapos node software`. `rebuild`: the URL of one release that is built again although it is complete. */
export async function runSoftware(
  node: NodeIdentity,
  rebuild: string | undefined,
  onProgress: OnProgress,
): Promise<void> {
  const tell = withoutRepeats(onProgress);
  const result = await runSlapgrid(
    node,
    'software',
    rebuild === undefined ? [] : ['--force', '--only', rebuild],
    (line) => {
      const step = buildoutStep(line);
      if (step !== undefined) tell(step);
    },
  );
  if (result.exitCode !== 0) throw cannotWork(node, 'software', result);
}

/** One `slapos node report`: removes what instances that were destroyed leave in their partitions. */
export async function runReport(node: NodeIdentity): Promise<void> {
  const result = await runSlapgrid(node, 'report', [], () => undefined);
  if (result.exitCode !== 0) throw cannotWork(node, 'report', result);
}

async function runSlapgrid(
  node: NodeIdentity,
  command: Command,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<RunResult> {
  // It would start supervisord and the services of the last time, without a master.
  if (findSlapproxy(node) === undefined) {
    throw new OperatorError(`Node ${node.layout.directory}: is not running; start it first`);
  }
  return runAsUser(
    node,
    [node.layout.slapos, '--log-file', logFile(node, command), 'node', command, ...args],
    { onLine },
  );
}

const logFile = ({ layout }: NodeIdentity, command: Command): string =>
  join(layout.logDirectory, `${command}.log`);

const reasons: Readonly<Record<number, string>> = {
  1: 'it failed; mend what the end of its output says and start again',
  3: 'slapproxy does not answer; start the node again',
  10: 'another one is running on this node; wait for it to end',
};

function cannotWork(node: NodeIdentity, command: Command, { exitCode, output }: RunResult): OperatorError {
  const reason =
    reasons[exitCode ?? -1] ??
    `it ended with ${exitCode === undefined ? 'a signal' : `exit code ${exitCode}`}`;
  return new OperatorError(
    `slapos node ${command}: ${reason} (whole log: ${logFile(node, command)})\n${output.trimEnd().split('\n').slice(-20).join('\n')}`,
  );
}
