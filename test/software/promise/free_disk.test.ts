import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('free_disk', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  it('is content when the disk has more room than asked', async () => {
    const line = await sense('free_disk', { folder: folder(), 'min-mebibytes': '1', 'min-percent': '0' });
    expect(line.level).to.equal('info');
  });

  it('tells what is free when it is too little, in mebibytes or in percent', async () => {
    const [mebibytes, percent] = await Promise.all([
      sense('free_disk', { folder: folder(), 'min-mebibytes': '1000000000000' }),
      sense('free_disk', { folder: folder(), 'min-percent': '100.1' }),
    ]);
    for (const line of [mebibytes, percent]) {
      expect(line.level).to.equal('error');
      expect(line.message).to.match(
        /: \d+ MiB \(.* %\) and .* % of the files are free, less than .*; make room/,
      );
    }
  });
});
