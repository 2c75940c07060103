/**
 * What `npm test` runs: style and types with the fast layer, then, on a machine that is brought to it, the daemons'
 * own checkers and the layer with real daemons, its files side by side in network namespaces of their own. `--fast`
 * stops after the fast layer; `--at-once N` says how many files run side by side; a positional filter (part of a path,
 * `*` for anything) restricts the files. The last line is `N passed, N failed`; what could not run has failed.
 */
import { readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { execa } from 'execa';

import { checkNamespaces } from '../src/local-node/namespace/private.ts';
import { prepareMachine } from '../src/local-node/setup/prepare-machine.ts';
import { startProgress } from './runner/progress.ts';
import { blockOf, slowestTests } from './runner/report.ts';
import { sideBySide } from './runner/side-by-side.ts';
import {
  endGroups,
  type GroupContext,
  type GroupResult,
  runGroup,
  type TestGroup,
} from './runner/test-process.ts';
import { makeRunFolder } from './support/system/run-folder.ts';

type Count = Pick<GroupResult, 'passed' | 'failed'>;

const fastFolders = ['unit', 'golden', 'software', 'repository', 'runner'].map((name) => `test/${name}`);

/** Files of test/system that take longest: they begin first, so that none is left alone at the end. */
const longest = ['start', 'relay-cluster', 'relay-abuse', 'relay-promises', 'promises', 'killed-runs'];
/** Fetches packages as a newcomer's machine does, and makes the namespaces of its own that users get. */
const onHostNetwork = ['test/system/start.test.ts'];

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { fast: { type: 'boolean', default: false }, 'at-once': { type: 'string', default: '' } },
  allowPositionals: true,
});
const cores = availableParallelism();
// They wait for daemons most of the time.
const atOnce = Number(values['at-once']) || Math.round(cores * 2.5);

process.chdir(root);
const groups: GroupResult[] = [];
const { passed, failed } = sum(await runSteps());
if (groups.length > 0) {
  headline('The slowest tests');
  console.log(slowestTests(groups, 10).join('\n'));
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runSteps(): Promise<Count[]> {
  const layer = values.fast ? [] : await machineLayer();
  // It waits for the network most of the time, so the fast layer is run meanwhile.
  const preparation = layer.length > 0 ? startPreparation(layer) : undefined;
  const counts = await runFastSteps();
  if (preparation !== undefined) counts.push(...(await runMachineSteps(layer, preparation)));
  if (counts.some(({ passed: some, failed: none }) => some + none > 0)) return counts;
  console.log(`no test file matches ${positionals.join(' ')}; give a part of a path below test/`);
  return [{ passed: 0, failed: 1 }];
}

async function runFastSteps(): Promise<Count[]> {
  const files = await testFiles(...fastFolders);
  const shares = await inShares(files, cores);
  const layer: TestGroup[] = shares.map((share, index) => ({
    title: shares.length === 1 ? 'unit and golden tests' : `unit and golden tests, share ${index + 1}`,
    files: share,
    timeout: 20_000,
    isolation: 'none',
  }));
  const style = positionals.length === 0 ? [checkStyleAndTypes()] : [];
  if (layer.length > 0) headline('Unit and golden tests');
  return Promise.all([...style, runGroups(layer, cores, { environment: {} }).then(sum)]);
}

async function checkStyleAndTypes(): Promise<Count> {
  const { exitCode, all } = await execa('npm', ['run', '--silent', 'lint'], { all: true, reject: false });
  headline('Style, formatting and types');
  console.log(exitCode === 0 ? 'fine' : `${all}\nfailed: see above`);
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function machineLayer(): Promise<TestGroup[]> {
  const checkers = await testFiles('test/checkers');
  const system = (await testFiles('test/system')).sort((one, other) => rank(one) - rank(other));
  const layer: TestGroup[] = system.map((file) => ({
    title: file,
    files: [file],
    timeout: 600_000,
    isolation: onHostNetwork.includes(file) ? 'processes' : 'network',
  }));
  // One of those that take longest.
  if (checkers.length > 0) {
    layer.unshift({ title: 'test/checkers', files: checkers, timeout: 60_000, isolation: 'none' });
  }
  return layer;
}

type Prepared = Omit<GroupContext, 'onMessage'> & { remove(): void };

interface Preparation {
  /** Prints what was done so far, and from now on what is being done. Undefined when it failed, which it says. */
  show(): Promise<Prepared | undefined>;
}

function startPreparation(layer: readonly TestGroup[]): Preparation {
  let waiting: string[] | undefined = [];
  const tell = (line: string): void => {
    if (waiting === undefined) console.log(line);
    else waiting.push(line);
  };
  const done = prepare(
    layer.some(({ title }) => title !== 'test/checkers'),
    tell,
  ).catch((error: unknown) => {
    tell(error instanceof Error ? error.message : String(error));
    tell('The set-up failed (above): the tests that need it count as failed.');
    return undefined;
  });
  return {
    show() {
      headline('This machine: packages, user, Python environment, software releases');
      for (const line of waiting ?? []) console.log(line);
      waiting = undefined;
      return done;
    },
  };
}

async function runMachineSteps(layer: readonly TestGroup[], preparation: Preparation): Promise<Count[]> {
  const prepared = await preparation.show();
  if (prepared === undefined) return [{ passed: 0, failed: 1 }, ...(await countTests(layer))];
  headline(`The daemons' own checkers, and real daemons on local nodes: ${atOnce} files side by side`);
  try {
    return await runGroups(layer, atOnce, prepared);
  } finally {
    prepared.remove();
  }
}

/** `withNodes`: the tests start nodes. */
async function prepare(withNodes: boolean, onProgress: (line: string) => void): Promise<Prepared> {
  const { layout } = await prepareMachine({ forTests: true, onProgress });
  if (!withNodes) return { environment: { SLAPOS_VENV: layout.venv }, remove: () => undefined };
  const caller = await checkNamespaces('the tests have their nodes');
  // One question for all of them.
  if (caller.access === 'sudo-password') await execa('sudo', ['-v'], { stdio: 'inherit' });
  const folder = await makeRunFolder(layout.venv);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void endGroups().then(() => {
        folder.remove();
        process.exit(1);
      });
    });
  }
  onProgress(`ready; local nodes take SlapOS from ${layout.venv}`);
  return { caller, ...folder };
}

async function runGroups(
  some: readonly TestGroup[],
  limit: number,
  context: Omit<GroupContext, 'onMessage'>,
): Promise<GroupResult[]> {
  const progress = startProgress(some.length);
  const done = await sideBySide(some, limit, async (group) => {
    const result = await runGroup(group, { ...context, onMessage: progress.follow(group.title) });
    progress.end(group.title);
    console.log(`\n${blockOf(result)}`);
    groups.push(result);
    return result;
  });
  progress.stop();
  return done;
}

/** What would have run: how many tests that are is known when they are loaded. */
function countTests(layer: readonly TestGroup[]): Promise<Count[]> {
  return sideBySide(layer, cores, async (group) => {
    const { failed: tests } = await runGroup(
      { ...group, isolation: 'none' },
      { environment: { SMT_COUNT_ONLY: '1' }, onMessage: () => undefined },
    );
    return { passed: 0, failed: tests };
  });
}

async function testFiles(...folders: string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const paths = await readdir(folder, { recursive: true }).catch(() => []);
      return paths.filter((path) => path.endsWith('.test.ts')).map((path) => join(folder, path));
    }),
  );
  return found.flat().sort().filter(isWanted);
}

function isWanted(path: string): boolean {
  const matches = (filter: string) =>
    new RegExp(filter.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')).test(path);
  return positionals.length === 0 || positionals.some((filter) => matches(relative('.', filter)));
}

/** At most `count` lists of about the same size, by the length of the files. */
async function inShares(files: readonly string[], count: number): Promise<string[][]> {
  const sizes = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
  const shares = Array.from({ length: count }, () => ({ files: [] as string[], size: 0 }));
  for (const { file, size } of sizes.sort((one, other) => other.size - one.size)) {
    const [smallest] = shares.sort((one, other) => one.size - other.size);
    smallest!.files.push(file);
    smallest!.size += size;
  }
  return shares.map((share) => share.files.sort()).filter((share) => share.length > 0);
}

function rank(file: string): number {
  const place = longest.indexOf(file.replace(/^test\/system\/|\.test\.ts$/g, ''));
  return place < 0 ? longest.length : place;
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (left, right) => ({ passed: left.passed + right.passed, failed: left.failed + right.failed }),
    { passed: 0, failed: 0 },
  );
}

function headline(text: string): void {
  console.log(`\n== ${text} ==`);
}
