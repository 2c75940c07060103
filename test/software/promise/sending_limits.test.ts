import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('sending_limits', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  const file = () => join(folder(), 'refusals.json');
  const ask = () => sense('sending_limits', { file: file(), 'shown-for': '3600' });
  const now = () => Math.round(Date.now() / 1000);
  const write = (refusals: object) => writeFile(file(), JSON.stringify(refusals));

  it('is content while nobody was refused, and an hour after somebody was', async () => {
    expect(await ask()).to.deep.equal({
      level: 'info',
      message: 'no account reached its sending limits within the last hour',
    });
    await write({ 'alice@example.com': { at: now() - 3700, limit: '500 messages within an hour' } });
    expect((await ask()).level).to.equal('info');
  });

  it('names the accounts that were refused, the latest first, and how much they had sent', async () => {
    await write({
      'old@example.com': { at: now() - 3700, limit: '1 message within an hour' },
      'bob@example.com': { at: now() - 3500, limit: 'to 5000 recipients within a day' },
      'carol@example.com': { at: now(), limit: '500 messages within an hour' },
    });
    expect(await ask()).to.deep.equal({
      level: 'error',
      message:
        'refused for sending too much: carol@example.com had sent 500 messages within an hour; ' +
        'bob@example.com had sent to 5000 recipients within a day; ' +
        'ask who uses it, reset its password, or raise sending-limits',
    });
  });

  it('says so when the file is damaged', async () => {
    for (const text of ['{', '[]', '{"a": 1}', '{"a": {}}']) {
      await writeFile(file(), text);
      expect(await ask(), text).to.deep.equal({
        level: 'error',
        message: `${file()} cannot be read; restart mail-policy`,
      });
    }
  });
});
