import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('publications_sent', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  const outbox = () => join(folder(), 'outbox');
  const reason = () => join(folder(), 'unpublished');
  const ask = () => sense('publications_sent', { outbox: outbox(), 'reason-file': reason() });

  it('is content when nothing waits, whatever was wrong earlier', async () => {
    await writeFile(reason(), 'nobody answered\n');
    expect((await ask()).level).to.equal('info');
    await writeFile(outbox(), '');
    expect(await ask()).to.deep.equal({ level: 'info', message: 'the master has everything' });
  });

  it('tells how much waits and why, and nothing of what it is', async () => {
    await writeFile(outbox(), '{"target": "_a", "parameters": {"token": "secret"}}\n{}\n');
    await writeFile(reason(), 'SlapOS master: it answered 500\n');
    expect(await ask()).to.deep.equal({
      level: 'error',
      message: '2 publications are not sent to the master: SlapOS master: it answered 500',
    });
  });

  it('tells what to do when nobody tried', async () => {
    await rm(reason(), { force: true });
    await writeFile(outbox(), '{}\n');
    expect((await ask()).message).to.equal(
      '1 publication is not sent to the master: the last processing did not come that far; process the partition again',
    );
  });
});
