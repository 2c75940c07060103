import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  endProcesses,
  findProcess,
  isRunning,
  processesWith,
  processTree,
  runningFromPidFile,
} from '../../../src/local-node/processes.ts';

const process_ = (pid: number, parent: number, session: number) => ({ pid, parent, session, started: '1' });

describe('the tree of a process', () => {
  it('holds its descendants and what its session lost, and nobody else', () => {
    const root = process_(10, 1, 10);
    const all = [
      root,
      process_(1, 0, 1),
      process_(13, 12, 13),
      process_(12, 10, 10),
      process_(14, 1, 10),
      process_(15, 1, 15),
    ];
    expect(processTree(root, all).map(({ pid }) => pid)).to.have.members([10, 12, 13, 14]);
  });

  it('leaves out the session of a terminal, which it does not lead', () => {
    const root = process_(10, 9, 9);
    expect(
      processTree(root, [root, process_(9, 1, 9), process_(11, 9, 9)]).map(({ pid }) => pid),
    ).to.deep.equal([10]);
  });
});

describe('processes', () => {
  const started: ChildProcess[] = [];

  async function start(script: string, environment: Record<string, string> = {}): Promise<number> {
    const child = spawn('sh', ['-c', `${script} & echo ready; wait`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    });
    started.push(child);
    await once(child.stdout!, 'data');
    return child.pid!;
  }

  afterEach(() => {
    for (const { pid } of started.splice(0)) {
      try {
        process.kill(-pid!, 'SIGKILL');
      } catch {
        // All ended, as they should.
      }
    }
  });

  it('that do not heed the polite signal are killed', async () => {
    const pid = await start('trap "" TERM; sleep 60');
    const tree = processTree(findProcess(pid)!);
    expect(tree).to.have.length.above(1);
    await endProcesses(tree, 200);
    expect(tree.filter(isRunning)).to.deep.equal([]);
  });

  it('are found by a variable of their environment, whole', async () => {
    const mark = `SLAPOS_MAIL_TEST=${process.pid}`;
    const pid = await start('sleep 60', { SLAPOS_MAIL_TEST: `${process.pid}` });
    expect(processesWith(mark).map((one) => one.pid)).to.include(pid);
    expect(processesWith(mark.slice(0, -1))).to.deep.equal([]);
  });

  it('of a pid file count only while they are what the file was written for', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'slapos-mail-'));
    const file = join(directory, 'pid');
    const pid = await start('sleep 60');
    expect(runningFromPidFile(file, 'sleep')).to.equal(undefined);
    writeFileSync(file, `${pid}\n`);
    expect(runningFromPidFile(file, 'sleep 60')?.pid).to.equal(pid);
    expect(runningFromPidFile(file, 'slapos proxy')).to.equal(undefined);
    writeFileSync(file, 'soon\n');
    expect(runningFromPidFile(file, 'sleep')).to.equal(undefined);
    rmSync(directory, { recursive: true });
  });
});
