import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { isHeldByPartition } from '../../../../src/converge/survey/listeners.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const program = `
  const server = require('node:net').createServer();
  server.listen(0, process.argv[1], () => console.log(server.address().port));
`;

describe('who listens on a port', () => {
  const folder = temporaryFolder();

  for (const address of ['::1', '127.0.0.1']) {
    it(`is the partition in whose folder a process on ${address} works, and no other`, async () => {
      const partition = join(folder(), 'part1');
      await mkdir(join(partition, 'var'), { recursive: true });
      const child = spawn(process.execPath, ['-e', program, address], {
        cwd: join(partition, 'var'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
        expect(await isHeldByPartition(partition, port)).to.equal(true);
        expect(await isHeldByPartition(partition, port + 1)).to.equal(false);
        expect(await isHeldByPartition(join(folder(), 'part'), port)).to.equal(false);
        expect(await isHeldByPartition(join(folder(), 'part10'), port)).to.equal(false);
      } finally {
        child.kill('SIGKILL');
      }
    });
  }
});
