/** Reads what `slapos node instance` says: its exit code alone does not tell which partition, nor why. */

export interface PartitionFailure {
  readonly partition: string;
  /** The end of the reason: an exception of buildout, or a promise's message. */
  readonly reason: string;
}

/** Partitions that this pass worked on; those whose timestamp at the master is old are left out by slapgrid. */
export function processedPartitions(output: string): string[] {
  return [...output.matchAll(/Processing Computer Partition (\S+?)\.\s*$/gm)].map(
    ([, partition = '']) => partition,
  );
}

/** The partitions that the summary at the end of the pass names, in its order. */
export function failedPartitions(output: string): PartitionFailure[] {
  const summary = output.split(/^.*={80}$/m).at(-1) ?? '';
  const failures: { partition: string; reason: string }[] = [];
  for (const line of summary.split('\n')) {
    const start = /^\S+ \S+ slapos\[\d+\] INFO {3}(\S+)\[[^\]]*\]: (.*)$/.exec(line);
    const last = failures.at(-1);
    if (start !== null) {
      failures.push({ partition: start[1] ?? '', reason: start[2] ?? '' });
    } else if (last !== undefined && !/(following partitions:|^\s*$)/.test(line)) {
      last.reason += `\n${line}`;
    }
  }
  return failures;
}

/** The part that buildout works on in a line of its output, for people: "Installing postfix". */
export function buildoutStep(line: string): string | undefined {
  return /\b((?:Installing|Updating|Uninstalling) [\w.-]+)\.\s*$/.exec(line)?.[1];
}
