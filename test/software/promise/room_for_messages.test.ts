import { statfs } from 'node:fs/promises';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('room_for_messages', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const withLimit = (limit: number) =>
    sense('room_for_messages', {
      folder: folder(),
      'message-mebibytes': String(limit),
      parameter: 'email-size-limit',
    });

  it('is content while one and a half times the largest message is free', async () => {
    const { bavail, bsize } = await statfs(folder());
    const free = (bavail * bsize) / (1024 * 1024);
    expect(await withLimit(Math.floor(free * 0.6))).to.include({ level: 'info' });
    expect(await withLimit(Math.ceil(free * 0.7))).to.include({ level: 'error' });
  });

  it('names the numbers and what to do when there is less', async () => {
    const { level, message } = await withLimit(100_000_000);
    expect(level).to.equal('error');
    expect(message).to.match(
      /: \d+ MiB are free, but no mail is taken \(452\) with less than 150000000 MiB, .* of 100000000 MiB; make room on this disk, or lower email-size-limit to less than \d+$/,
    );
  });

  it('says to process the partition when the folder is missing', async () => {
    const line = await sense('room_for_messages', {
      ...{ folder: '/nonexistent', 'message-mebibytes': '1', parameter: 'email-size-limit' },
    });
    expect(line).to.include({ level: 'error' });
    expect(line.message).to.contain('process the partition again');
  });
});
