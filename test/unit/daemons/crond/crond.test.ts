import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { type Crond, startCrond } from '../../../../src/daemons/crond/crond.ts';

describe('crond', () => {
  let root: string;
  let directory: string;
  let logFile: string;
  let daemon: Crond | undefined;
  /** The scheduled lines by pattern: a test uses each pattern once and runs it when it likes. */
  const due = new Map<string, () => void>();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'crond-'));
    directory = join(root, 'cron.d');
    logFile = join(root, 'crond.log');
    await mkdir(directory);
  });
  afterEach(async () => {
    await daemon?.stop();
    daemon = undefined;
    due.clear();
    await rm(root, { recursive: true });
  });

  function start(endTimeout = 5000): Crond {
    daemon = startCrond({
      directory,
      log: logFile,
      endTimeout,
      schedule(pattern, run) {
        due.set(pattern, run);
        return () => due.delete(pattern);
      },
    });
    return daemon;
  }
  const crontab = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);
  const run = (pattern: string): void => due.get(pattern)?.();
  const readLog = (): Promise<string> => readFile(logFile, 'utf8');

  async function logged(expected: RegExp): Promise<string> {
    for (const deadline = Date.now() + 5000; Date.now() < deadline; await delay(20)) {
      const text = await readLog();
      if (expected.test(text)) return text;
    }
    throw new Error(`${expected} is not in the log:\n${await readLog()}`);
  }

  it('logs start, output line by line, exit code and duration of a command, each with the time', async () => {
    await crontab(
      'job',
      '# a comment\nNAME=value\n@daily echo "$NAME"; echo oops >&2; printf rest; exit 3\n',
    );
    start();
    run('@daily');
    const text = await logged(/exit code 3/);
    for (const part of [
      /job:3 start \d+: echo/,
      /job:3 out \d+: value$/m,
      /job:3 err \d+: oops$/m,
      /job:3 out \d+: rest$/m,
    ]) {
      expect(text).to.match(part);
    }
    expect(text).to.match(/job:3 end \d+: exit code 3 after \d+\.\d s\n$/);
    for (const line of text.trimEnd().split('\n'))
      expect(line).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
  });

  it('names file, line and reason of a bad line, and runs the others', async () => {
    await crontab('job', '99 * * * * x\n@daily echo fine\n');
    start();
    run('@daily');
    expect(await logged(/out \d+: fine/)).to.match(/job:1 ignored: "99 \* \* \* \*" is not a schedule/);
  });

  it('does not run a line while its last run goes on, even when its file changed around it', async () => {
    await crontab('job', `@daily while [ ! -e ${root}/go ]; do sleep 0.02; done; echo once\n`);
    const crond = start();
    run('@daily');
    run('@daily');
    await crontab('job', `# moved\n@daily while [ ! -e ${root}/go ]; do sleep 0.02; done; echo once\n`);
    crond.rescan();
    run('@daily');
    await writeFile(join(root, 'go'), '');
    await logged(/exit code 0/);
    const text = await readLog();
    expect(text.match(/ start /g)).to.have.length(1);
    expect(text.match(/skipped: its last run has not ended yet/g)).to.have.length(2);
    run('@daily');
    await logged(/(exit code 0[^]*){2}/);
  });

  it('notices added, changed and removed files at a rescan, and keeps the others as they are', async () => {
    await crontab('kept', '@hourly true\n');
    await crontab('changed', '@daily true\n');
    await crontab('removed', '@weekly true\n');
    const crond = start();
    const kept = due.get('@hourly');
    await crontab('changed', '@monthly true\n');
    await crontab('added', '@yearly true\n');
    await rm(join(directory, 'removed'));
    crond.rescan();
    expect([...due.keys()].sort()).to.deep.equal(['@hourly', '@monthly', '@yearly']);
    expect(due.get('@hourly')).to.equal(kept);
    const before = await readLog();
    crond.rescan();
    expect(await readLog()).to.equal(before);
  });

  it('leaves out hidden files, backups and folders', async () => {
    await crontab('.job.tmp', '@hourly true\n');
    await crontab('job~', '@daily true\n');
    await mkdir(join(directory, 'folder'));
    start();
    expect([...due.keys()]).to.deep.equal([]);
  });

  it('waits for a missing folder, says so once, and forgets nothing when it is away for a while', async () => {
    await rm(directory, { recursive: true });
    const crond = start();
    crond.rescan();
    expect((await readLog()).match(/cannot be read/g)).to.have.length(1);
    await mkdir(directory);
    await crontab('job', '@daily true\n');
    crond.rescan();
    expect([...due.keys()]).to.deep.equal(['@daily']);
    await rm(directory, { recursive: true });
    crond.rescan();
    expect([...due.keys()]).to.deep.equal(['@daily']);
  });

  it('goes on logging to a new file after the log was rotated away', async () => {
    await crontab('job', '@daily echo hello\n');
    start();
    await rm(logFile);
    run('@daily');
    await logged(/out \d+: hello/);
  });

  it('is not held up by something that a command left behind with its output open', async () => {
    await crontab('job', `@daily (while [ -e ${directory} ]; do sleep 0.1; done) & echo left\n`);
    start();
    run('@daily');
    await logged(/exit code 0/);
  });

  it('waits at the end for a command that runs', async () => {
    await crontab(
      'job',
      `@daily echo begun; while [ ! -e ${root}/go ]; do sleep 0.02; done; echo finished\n`,
    );
    const crond = start();
    run('@daily');
    await logged(/begun$/m);
    const stopped = crond.stop();
    daemon = undefined;
    await writeFile(join(root, 'go'), '');
    await stopped;
    expect(await readLog()).to.match(/finished\n.*exit code 0.*\n.* stopped\n$/);
  });

  it('terminates a command, and what it started, that does not end within the timeout', async () => {
    await crontab('job', '@daily sleep 600 & echo begun $!; wait\n');
    const crond = start(50);
    run('@daily');
    const child = Number(/begun (\d+)$/m.exec(await logged(/begun \d+$/m))?.[1]);
    await crond.stop();
    daemon = undefined;
    expect(await readLog()).to.match(/killed by SIGTERM/);
    while (await isAlive(child)) await delay(20);
    run('@daily');
    expect(due.size).to.equal(0);
  });

  it('schedules nicknames and five fields by the clock when nothing else is given', async () => {
    await crontab('job', '@yearly true\n0 0 1 1 * true\n');
    daemon = startCrond({ directory, log: logFile });
    expect(await readLog()).to.include('job scheduled: 2 commands');
  });
});

/** False also for a process that has ended and that nobody has asked for its exit code. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] /.test(status);
}
