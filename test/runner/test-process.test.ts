import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { blockOf, slowestTests } from './report.ts';
import { type GroupResult, runGroup } from './test-process.ts';

describe('a group of test files in a process of its own', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'smt-runner-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs files with these texts. */
  async function run(...texts: string[]): Promise<GroupResult> {
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.test.ts`);
      writeFileSync(file, text);
      return file;
    });
    const group = { title: 'some', files, timeout: 2000, isolation: 'none' as const };
    return runGroup(group, { environment: {}, onMessage: () => undefined });
  }
  const counts = ({ passed, failed }: GroupResult) => ({ passed, failed });
  const well = `it('goes well', () => undefined);`;
  const badly = `it('goes badly', () => { throw new Error('the reason'); });`;

  it('counts what passed and what failed, and tells why', async () => {
    const result = await run(`describe('suite', () => { ${well} ${badly} });`, well);
    expect(counts(result)).to.deep.equal({ passed: 2, failed: 1 });
    expect(blockOf(result))
      .to.contain('some: 2 passed, 1 failed')
      .and.to.contain('  suite\n    ✔ goes well\n    ✘ goes badly\n')
      .and.to.contain('Error: the reason');
  });

  it('counts the tests behind a hook that fails as failed', async () => {
    const hook = `before(() => { throw new Error('no node'); });`;
    const result = await run(
      `describe('one', () => { ${hook} ${well} ${badly} }); describe('two', () => { ${well} });`,
    );
    expect(counts(result)).to.deep.equal({ passed: 1, failed: 2 });
    expect(blockOf(result)).to.contain('no node').and.to.contain('1 tests did not run and count as failed');
  });

  it('counts a hook that fails after the tests as one more failure', async () => {
    const hook = `after(() => { throw new Error('does not stop'); });`;
    expect(counts(await run(`describe('one', () => { ${hook} ${well} });`))).to.deep.equal({
      passed: 1,
      failed: 1,
    });
  });

  it('counts the tests as failed that a process did not come to, and shows what it wrote last', async () => {
    const end = `it('ends the process', () => { console.log('last words'); process.exit(0); });`;
    const result = await run(`${well} ${end} ${well}`);
    expect(counts(result)).to.deep.equal({ passed: 1, failed: 2 });
    expect(blockOf(result)).to.contain('last words');
  });

  it('counts a file that cannot be loaded as a failure', async () => {
    const result = await run(`import './nothing.ts';`);
    expect(counts(result)).to.deep.equal({ passed: 0, failed: 1 });
    expect(blockOf(result)).to.contain('nothing.ts');
  });

  it('counts a test that takes too long, is left out or is the only one that is to run, as a failure', async () => {
    expect(counts(await run(`it('hangs', () => new Promise(() => undefined));`))).to.deep.equal({
      passed: 0,
      failed: 1,
    });
    expect(counts(await run(`it.skip('is left out', () => undefined);`)).failed).to.equal(1);
    expect(counts(await run(`it.only('is alone', () => undefined); ${well}`)).failed).to.be.greaterThan(0);
  });

  it('ends although something is left running', async () => {
    expect(counts(await run(`${well} setInterval(() => undefined, 1000);`))).to.deep.equal({
      passed: 1,
      failed: 0,
    });
  });

  it('takes nothing that a test prints for a result', async () => {
    const print = `it('prints', () => { process.stdout.write('{"kind":"tests"\\n{"result":1}\\n'); });`;
    expect(counts(await run(print))).to.deep.equal({ passed: 1, failed: 0 });
  });

  it('has its slowest tests listed, the slowest first', () => {
    const results = [5, 2000, 30_000].map((milliseconds) => ({
      path: ['suite', `${milliseconds}`],
      milliseconds,
    }));
    const group = { title: 'some', results, hooks: [], passed: 3, failed: 0, seconds: 32, output: '' };
    expect(slowestTests([group], 2)).to.deep.equal([
      '  30.0 s  some: suite 30000',
      '   2.0 s  some: suite 2000',
    ]);
  });
});
