import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('partition_processed', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  const path = () => join(folder(), 'error.log');

  it('is content while there is no report of a failure', async () => {
    expect((await sense('partition_processed', { 'error-log': path() })).level).to.equal('info');
  });

  it('tells the reason, which is the last line of the report', async () => {
    await writeFile(path(), 'While:\n  Installing.\nError: the disk is full\n\n');
    const line = await sense('partition_processed', { 'error-log': path() });
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/^the last processing failed, .*error\.log: Error: the disk is full$/);
  });
});
