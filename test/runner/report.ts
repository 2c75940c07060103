/** What a run prints about its tests. */
import type { GroupResult, TestResult } from './test-process.ts';

/** The results of one group as a block: suites indented, failures last, and with them what the process wrote. */
export function blockOf({ title, results, hooks, passed, failed, ...rest }: GroupResult): string {
  const lines = [`${title}: ${passed} passed, ${failed} failed, ${rest.seconds.toFixed(0)} s`];
  for (const hook of hooks) lines.push(`${indent(0)}${hook.title}: ${seconds(hook.milliseconds)}`);
  let suites: readonly string[] = [];
  for (const result of results) {
    const path = result.path.slice(0, -1);
    path.forEach((suite, depth) => {
      if (path.slice(0, depth + 1).join('\n') !== suites.slice(0, depth + 1).join('\n')) {
        lines.push(`${indent(depth)}${suite}`);
      }
    });
    suites = path;
    lines.push(`${indent(path.length)}${lineOf(result)}`);
  }
  const failures = results.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) lines.push('', failures.join('\n\n'));
  const missing = failed - failures.length;
  if (missing > 0) lines.push('', `${missing} tests did not run and count as failed`);
  if (failed > 0 && rest.output !== '') {
    lines.push('', `what ${title} wrote:`, rest.output.slice(-8000).trimEnd());
  }
  return lines.join('\n');
}

/** The `count` tests that took longest, as lines. */
export function slowestTests(groups: readonly GroupResult[], count: number): string[] {
  return groups
    .flatMap(({ title, results }) => results.map((result) => ({ title, ...result })))
    .sort((one, other) => other.milliseconds - one.milliseconds)
    .slice(0, count)
    .map(
      ({ title, path, milliseconds }) => `${seconds(milliseconds).padStart(8)}  ${title}: ${path.join(' ')}`,
    );
}

/** One line for a test that ended. */
export function lineOf({ path, milliseconds, failure }: TestResult): string {
  const time = milliseconds < 1000 ? '' : ` (${seconds(milliseconds)})`;
  return `${failure === undefined ? '✔' : '✘'} ${path.at(-1) ?? ''}${time}`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const indent = (depth: number): string => '  '.repeat(depth + 1);
