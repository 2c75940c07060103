import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { noteChange, notifyDaemons } from '../../../../src/converge/write/notify-daemons.ts';
import { servicesOf } from '../../../../src/plan/assemble.ts';
import { mailServerParts } from '../../../../src/plan/mail-server/plan.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Says each signal that it gets; ends with SIGTERM. */
const program = `
  process.on('SIGHUP', () => console.log('SIGHUP'));
  process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(); });
  setInterval(() => undefined, 1000);
  console.log('ready');
`;

const services = servicesOf(mailServerParts);

interface Daemon {
  process: ChildProcess;
  heard: (line: string) => Promise<void>;
}

describe('a daemon that is told of a change', () => {
  const folder = temporaryFolder();
  const running: Daemon[] = [];
  const notes = () => readdir(join(folder(), 'var/run/changed')).catch(() => []);

  afterEach(() => {
    for (const daemon of running.splice(0)) daemon.process.kill('SIGKILL');
  });

  /** Starts a process and takes it for `crond` of the partition, unless `argument` tells otherwise. */
  async function start(argument = join(folder(), 'etc/cron.d')): Promise<Daemon> {
    const child = spawn(process.execPath, ['-e', program, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said: string[] = [];
    const listeners: (() => void)[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      said.push(...chunk.toString().split('\n'));
      listeners.forEach((look) => look());
    });
    const daemon: Daemon = {
      process: child,
      heard: (line) =>
        new Promise((resolve) => {
          const look = () => {
            if (said.includes(line)) resolve();
          };
          listeners.push(look);
          look();
        }),
    };
    running.push(daemon);
    await daemon.heard('ready');
    await mkdir(join(folder(), 'var/run'), { recursive: true });
    await writeFile(join(folder(), 'var/run/crond.pid'), `${child.pid}\n`);
    return daemon;
  }

  it('reloads when it can', async () => {
    const daemon = await start();
    await noteChange(folder(), 'crond', 'reload');
    expect(await notifyDaemons(folder(), services)).to.deep.equal(['crond reloads']);
    await daemon.heard('SIGHUP');
  });

  it('ends, to be started anew, when it must, also when a reload was noted as well', async () => {
    const daemon = await start();
    await noteChange(folder(), 'crond', 'reload');
    await noteChange(folder(), 'crond', 'stop');
    expect(await notifyDaemons(folder(), services)).to.deep.equal(['crond stops, to be started anew']);
    await daemon.heard('SIGTERM');
    expect(await notes()).to.deep.equal([]);
  });

  it('is told once', async () => {
    await start();
    await noteChange(folder(), 'crond', 'reload');
    await notifyDaemons(folder(), services);
    expect(await notifyDaemons(folder(), services)).to.deep.equal([]);
  });

  it('is told by the next run when the one that changed something was killed', async () => {
    await noteChange(folder(), 'crond', 'reload');
    expect(await notes()).to.deep.equal(['reload-crond']);
    const daemon = await start();
    await notifyDaemons(folder(), services);
    await daemon.heard('SIGHUP');
  });

  it('is not told when it does not run: it will read the new files when it starts', async () => {
    await noteChange(folder(), 'crond', 'stop');
    expect(await notifyDaemons(folder(), services)).to.deep.equal([]);
    expect(await notes()).to.deep.equal([]);
  });

  it('does not stop the run when it cannot try its waiting mail again yet: the next run asks it', async () => {
    const postqueue = join(folder(), 'bin/postqueue');
    await mkdir(join(folder(), 'bin'));
    await writeFile(postqueue, '#!/bin/sh\necho "mail system is down" >&2\nexit 69\n', { mode: 0o700 });
    const { process: postfix } = await start();
    await mkdir(join(folder(), 'var/spool/postfix/pid'), { recursive: true });
    await writeFile(join(folder(), 'var/spool/postfix/pid/master.pid'), `${postfix.pid}\n`);
    await noteChange(folder(), 'postfix', 'flush');
    const [said] = await notifyDaemons(folder(), services);
    expect(said).to.match(/^postfix could not be asked to try .*: mail system is down$/);
    expect(await notes()).to.deep.equal(['flush-postfix']);
    await writeFile(postqueue, '#!/bin/sh\n', { mode: 0o700 });
    expect(await notifyDaemons(folder(), services)).to.deep.equal(['postfix tries the waiting mail again']);
    expect(await notes()).to.deep.equal([]);
  });

  it('is left alone when nothing changed', async () => {
    await start();
    expect(await notifyDaemons(folder(), services)).to.deep.equal([]);
  });
});
