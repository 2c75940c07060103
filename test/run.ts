/**
 * What `npm test` runs: style and types, the fast layer, then, on a machine that is brought to it, the daemons' own
 * checkers and the layer with real daemons. `--fast` stops after the fast layer; a positional filter (part of a path,
 * `*` for anything) restricts the files. The last line is `N passed, N failed`; what could not run has failed.
 */
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { execa } from 'execa';
import fc from 'fast-check';
import Mocha from 'mocha';

import { prepareMachine } from '../src/local-node/setup/prepare-machine.ts';

interface Count {
  passed: number;
  failed: number;
}

interface Layer {
  title: string;
  folders: readonly string[];
  /** Milliseconds that a test may take when it says nothing else. */
  timeout: number;
}

// The same cases for everybody; FC_SEED explores others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });

const root = fileURLToPath(new URL('..', import.meta.url));
const fastLayer: Layer = {
  title: 'Unit and golden tests',
  folders: ['test/unit', 'test/golden'],
  timeout: 20_000,
};
const machineLayers: readonly Layer[] = [
  { title: "The daemons' own checkers", folders: ['test/checkers'], timeout: 60_000 },
  { title: 'Real daemons on a local node', folders: ['test/system'], timeout: 600_000 },
];

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { fast: { type: 'boolean', default: false } },
  allowPositionals: true,
});

process.chdir(root);
const { passed, failed } = sum(await runSteps());
console.log(`\n${passed} passed, ${failed} failed`);
// Not left to the event loop: what a test forgot to stop must not keep the run from ending.
process.exit(failed === 0 ? 0 : 1);

async function runSteps(): Promise<Count[]> {
  const counts = positionals.length === 0 ? [await checkStyleAndTypes()] : [];
  counts.push(await runLayer(fastLayer));
  if (!values.fast) counts.push(...(await runMachineLayers()));
  if (counts.some(({ passed: some, failed: none }) => some + none > 0)) return counts;
  console.log(`no test file matches ${positionals.join(' ')}; give a part of a path below test/`);
  return [{ passed: 0, failed: 1 }];
}

async function checkStyleAndTypes(): Promise<Count> {
  headline('Style, formatting and types');
  const { exitCode } = await execa('npm', ['run', '--silent', 'lint'], { stdio: 'inherit', reject: false });
  console.log(exitCode === 0 ? 'fine' : 'failed: see above');
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runMachineLayers(): Promise<Count[]> {
  const files = await Promise.all(machineLayers.map(testFiles));
  if (files.flat().length === 0) return [];
  headline('This machine: packages, user, Python environment');
  try {
    const { layout } = await prepareMachine({ forTests: true, onProgress: console.log });
    process.env['SLAPOS_VENV'] = layout.venv;
    console.log(`ready; local nodes take SlapOS from ${layout.venv}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    const notRun = await Promise.all(files.flat().map(countTests));
    console.error(`The set-up failed (above): the tests that need it count as failed.`);
    return [{ passed: 0, failed: 1 }, ...notRun.map((tests) => ({ passed: 0, failed: tests }))];
  }
  const counts: Count[] = [];
  for (const layer of machineLayers) counts.push(await runLayer(layer));
  return counts;
}

async function runLayer(layer: Layer): Promise<Count> {
  const files = await testFiles(layer);
  if (files.length === 0) return { passed: 0, failed: 0 };
  headline(layer.title);
  const mocha = mochaWith(files, layer.timeout);
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    console.error(error);
    console.error(`A test file could not be loaded (above): all ${files.length} files count as failed.`);
    return { passed: 0, failed: files.length };
  }
  return new Promise((resolve) => {
    let succeeded = 0;
    let failuresAfterwards = 0;
    const runner = mocha.run((failures) => {
      // A hook that fails keeps tests from running: they have failed as well.
      const others = runner.total - succeeded + failuresAfterwards;
      resolve({ passed: succeeded, failed: Math.max(others, failures) });
    });
    runner.on('pass', () => (succeeded += 1));
    runner.on('fail', ({ title }) => (failuresAfterwards += title.startsWith('"after ') ? 1 : 0));
  });
}

async function testFiles({ folders }: Layer): Promise<string[]> {
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

async function countTests(file: string): Promise<number> {
  const mocha = mochaWith([file], 0);
  await mocha.loadFilesAsync().catch(() => undefined);
  return Math.max(mocha.suite.total(), 1);
}

function mochaWith(files: readonly string[], timeout: number): Mocha {
  const mocha = new Mocha({ forbidOnly: true, forbidPending: true, timeout, slow: timeout / 10 });
  for (const file of files) mocha.addFile(join(root, file));
  return mocha;
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((left, right) => ({
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
  }));
}

function headline(text: string): void {
  console.log(`\n== ${text} ==`);
}
