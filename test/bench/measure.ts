/** Measures the cost of commands, and compares costs. */
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { type NodeIdentity, runAsUser } from '../../src/local-node/run-as-user.ts';

export interface Cost {
  /** Elapsed time. */
  seconds: number;
  /** User and system time of the process and its children. */
  cpuSeconds: number;
  /** Largest resident set among them. */
  mebibytes: number;
  /** Standard output and standard error. */
  output: string;
}

const script = fileURLToPath(new URL('measure.py', import.meta.url));

/** Runs `argv`, as the user of `node` if one is given, and waits for its end. Throws when it fails. */
export async function measure(argv: readonly string[], node?: NodeIdentity): Promise<Cost> {
  const text = node
    ? // By standard input, because the node's user may be unable to read the checkout.
      (await runAsUser(node, ['python3', '-', ...argv], { inputFile: script })).output
    : (await execa('python3', [script, ...argv])).stdout;
  const { status, ...cost } = JSON.parse(text) as Cost & { status: number };
  if (status === 0) return cost;
  throw new Error(`${argv.join(' ')}: exit status ${status}\n${cost.output}`);
}

/**
 * Runs each of `cases` once in each round, alternately in order and in reverse order: a machine's speed drifts, so costs
 * that are compared must be measured at about the same time. Returns the costs of each case, one for each round.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  cases: Readonly<Record<Name, () => Promise<Cost>>>,
): Promise<Record<Name, Cost[]>> {
  const names = Object.keys(cases) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Cost[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) costs[name].push(await cases[name]());
  }
  return costs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

export type Measure = 'seconds' | 'cpuSeconds' | 'mebibytes';

export function medianOf(costs: readonly Cost[], what: Measure): number {
  return median(costs.map((cost) => cost[what]));
}

/** Median of the ratios of runs of the same round. */
export function medianRatio(costs: readonly Cost[], others: readonly Cost[], what: Measure): number {
  return median(costs.map((cost, round) => cost[what] / (others[round]?.[what] ?? NaN)));
}
