import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { runPortal } from '../../../../src/daemons/portal/run.ts';
import { type Partition, partitionWith } from './portal-fixture.ts';

function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    })
      .once('error', reject)
      .end();
  });
}

describe('the portal on its socket', function () {
  this.timeout(20_000);
  let partition: Partition;
  let socket: string;

  beforeEach(async () => {
    partition = await partitionWith([]);
    socket = partition.config.socket;
  });
  afterEach(() => partition.remove());

  it('listens for its own user only, logs privately, and leaves no socket behind', async () => {
    const umask = process.umask();
    const listeners = process.listeners('SIGTERM');
    const portal = await runPortal(partition.configFile);
    expect(process.umask()).to.equal(umask);
    expect(statSync(socket).mode & 0o777).to.equal(0o600);
    expect(statSync(partition.config.log).mode & 0o777).to.equal(0o600);
    expect(await statusOf(socket, '/health')).to.equal(200);
    await Promise.all([portal.close(), portal.close()]);
    expect(existsSync(socket)).to.equal(false);
    expect(process.listeners('SIGTERM')).to.deep.equal(listeners);
  });

  it('removes the socket of a process that was killed', async () => {
    const code = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['--eval', code]);
    expect(existsSync(socket)).to.equal(true);
    const portal = await runPortal(partition.configFile);
    expect(await statusOf(socket, '/health')).to.equal(200);
    await portal.close();
  });

  it('leaves alone the socket of a portal that runs, and a file that is no socket', async () => {
    const portal = await runPortal(partition.configFile);
    const second = await runPortal(partition.configFile).catch((error: unknown) => error);
    expect(second).to.be.instanceOf(OperatorError);
    expect((second as Error).message).to.contain('another process listens');
    expect(await statusOf(socket, '/health')).to.equal(200);
    await portal.close();
    await writeFile(socket, 'something');
    const third = await runPortal(partition.configFile).catch((error: unknown) => error);
    expect((third as Error).message).to.contain('is not a socket');
  });

  it('says so when its log cannot be written', async () => {
    await partition.writeConfig({ log: `${partition.folder}/missing/portal.log` });
    const error = await runPortal(partition.configFile).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(OperatorError);
    expect((error as Error).message).to.contain('missing/portal.log');
  });
});
