import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { runningProcess, signalProcess } from '../../../src/host/running-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the process of a service', () => {
  const folder = temporaryFolder();
  const started: ChildProcess[] = [];
  afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

  /** A process that waits; `word` stands in its command. */
  async function start(word: string): Promise<{ child: ChildProcess; pid: number }> {
    const child = spawn('sh', ['-c', 'read line', word], { stdio: ['pipe', 'ignore', 'ignore'] });
    started.push(child);
    await once(child, 'spawn');
    return { child, pid: child.pid ?? 0 };
  }
  const writePid = (text: string) => writeFile(join(folder(), 'pid'), text);
  const found = () => runningProcess(folder(), 'pid');

  it('is the one that the pid file names, with or without a line end', async () => {
    const { pid } = await start(`${folder()}/etc/conf`);
    for (const text of [`${pid}`, `  ${pid}\n`]) {
      await writePid(text);
      expect(await found()).to.equal(pid);
    }
  });

  it('is none when the file is missing, nonsense, or names a process of somebody else', async () => {
    expect(await found()).to.equal(null);
    const { pid } = await start(`${folder()}0/etc/conf`);
    for (const text of ['', 'x', '-1', '0', '1', '1.5', `${pid}`]) {
      await writePid(text);
      expect(await found(), text).to.equal(null);
    }
  });

  it('gets a signal', async () => {
    const { child, pid } = await start('word');
    const end = once(child, 'exit');
    expect(signalProcess(pid, 'SIGTERM')).to.equal(true);
    expect(await end).to.deep.equal([null, 'SIGTERM']);
  });

  it('gets none, which is no failure, when it ended since it was looked for', async () => {
    const { child, pid } = await start('word');
    const end = once(child, 'exit');
    child.kill('SIGKILL');
    await end;
    expect(signalProcess(pid, 'SIGTERM')).to.equal(false);
  });

  it('is not said to have ended for another reason', () => {
    const { kill } = process;
    process.kill = () => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    };
    try {
      expect(() => signalProcess(2, 'SIGTERM')).to.throw('EPERM');
    } finally {
      process.kill = kill;
    }
  });
});
