import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('nothing_pending', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  it('is content with an absent file and with an empty one', async () => {
    const file = join(folder(), 'pending');
    expect((await sense('nothing_pending', { file })).level).to.equal('info');
    await writeFile(file, '\n  \n');
    expect((await sense('nothing_pending', { file })).level).to.equal('info');
  });

  it('tells the first problems of the file, and how many more there are', async () => {
    const file = join(folder(), 'problems');
    await writeFile(
      file,
      Array.from({ length: 7 }, (_none, index) => `problem ${String(index + 1)} é`).join('\n'),
    );
    const line = await sense('nothing_pending', { file });
    expect(line.level).to.equal('error');
    expect(line.message).to.equal(
      `problem 1 é; problem 2 é; problem 3 é; problem 4 é; problem 5 é; and 2 more in ${file}`,
    );
  });
});
