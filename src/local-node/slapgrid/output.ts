/** Reads the output of `slapos node instance`: its exit code tells neither which partition failed nor why. */

export interface PartitionFailure {
  readonly partition: string;
  /** Last lines of the error: an exception of buildout, or the message of a promise. */
  readonly reason: string;
}

/** Partitions that this pass processed; slapgrid skips those that have not changed at the master. */
export function processedPartitions(output: string): string[] {
  return [...output.matchAll(/Processing Computer Partition (\S+?)\.\s*$/gm)].map(
    ([, partition = '']) => partition,
  );
}

/** The failures that the summary at the end of a pass lists, in its order. */
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

/** The step that a line of buildout's output announces, such as "Installing postfix". */
export function buildoutStep(line: string): string | undefined {
  return /\b((?:Installing|Updating|Uninstalling) [\w.-]+)\.\s*$/.exec(line)?.[1];
}
