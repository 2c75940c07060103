import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('process_running', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  async function running(pid: string) {
    const pidFile = join(folder(), 'service.pid');
    await writeFile(pidFile, pid);
    return sense('process_running', {
      'pid-file': pidFile,
      'command-part': process.execPath,
      service: 'crond',
      log: 'var/log/crond.log',
    });
  }

  it('is content with a running process of the right command', async () => {
    expect(await running(`${process.pid}\n`)).to.include({ level: 'info' });
  });

  it("tells that the pid file names another's process, one that has ended, or none", async () => {
    for (const pid of ['1\n', '999999999\n', '']) {
      const { level, message } = await running(pid);
      expect(level).to.equal('error');
      expect(message).to.match(
        /^crond does not run \(.*service\.pid names no process of it\); start it, see/,
      );
    }
  });
});
