import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { withoutRepeats, type OnProgress } from '../progress.ts';
import { runAsUser, type NodeIdentity, type RunResult } from '../run-as-user.ts';
import { buildoutStep, failedPartitions, processedPartitions, type PartitionFailure } from './output.ts';
import { findSlapproxy } from '../slapproxy/server.ts';
import { forgetTimestamps } from './timestamps.ts';

type Command = 'instance' | 'promise' | 'software';

export interface InstancePass {
  /** 0: success. 1: a partition could not be processed. 2: all were processed, but promises fail. */
  readonly exitCode: number;
  readonly output: string;
  /** Partitions that were processed. The others had not changed, so only their promises were checked. */
  readonly processed: readonly string[];
  readonly failures: readonly PartitionFailure[];
}

export interface InstanceOptions {
  /** Ids of partitions, such as `slappart0`; all by default. */
  readonly only?: readonly string[];
  /** Process unchanged partitions too. */
  readonly force?: boolean;
}

/** One `slapos node instance`. Throws OperatorError when slapgrid itself failed, not only some partitions. */
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

/** One `slapos node promise`: runs all promises now and processes nothing. The exit code is 0 or 2. */
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

/** One `slapos node software`. With `rebuild`, it only builds the release of that URL, even if it is complete. */
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

async function runSlapgrid(
  node: NodeIdentity,
  command: Command,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<RunResult> {
  // Without a master, slapgrid would still start supervisord with the services of the last pass.
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
  1: 'it failed; correct what the end of its output names and start again',
  3: 'slapproxy does not answer; start the node again',
  10: 'another one is running on this node; wait until it ends',
};

function cannotWork(node: NodeIdentity, command: Command, { exitCode, output }: RunResult): OperatorError {
  const reason =
    reasons[exitCode ?? -1] ??
    `it ended with ${exitCode === undefined ? 'a signal' : `exit code ${exitCode}`}`;
  return new OperatorError(
    `slapos node ${command}: ${reason} (whole log: ${logFile(node, command)})\n${output.trimEnd().split('\n').slice(-20).join('\n')}`,
  );
}
