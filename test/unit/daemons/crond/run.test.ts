import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { serialiseCrondConfig } from '../../../../src/daemons/crond/config.ts';

const entry = new URL('../../../../src/daemons/crond/run.ts', import.meta.url).href;

describe('the crond process', function () {
  this.timeout(20_000);

  it('reads its files again on SIGHUP and ends with code 0 on SIGTERM', async () => {
    const root = await mkdtemp(join(tmpdir(), 'crond-'));
    const config = { directory: join(root, 'cron.d'), log: join(root, 'crond.log') };
    const configFile = join(root, 'crond.json');
    await writeFile(configFile, serialiseCrondConfig(config));
    await mkdir(config.directory);
    const source = `import { runCrond } from ${JSON.stringify(entry)}; await runCrond(${JSON.stringify(configFile)});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
      stdio: 'inherit',
    });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));

    async function logged(expected: string): Promise<void> {
      for (let text = ''; !text.includes(expected); await delay(20)) {
        if (child.exitCode !== null) throw new Error(`crond ended before it logged "${expected}"`);
        text = await readFile(config.log, 'utf8').catch(() => '');
      }
    }
    try {
      await logged('started for');
      await writeFile(join(config.directory, 'job'), '@yearly true\n');
      child.kill('SIGHUP');
      await logged('job scheduled: 1 commands');
      child.kill('SIGTERM');
      expect(await ended).to.equal(0);
      expect(await readFile(config.log, 'utf8')).to.match(/stopped\n$/);
    } finally {
      child.kill('SIGKILL');
      await rm(root, { recursive: true });
    }
  });
});
