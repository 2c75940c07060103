import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

describe('mail_queue_age', function () {
  this.timeout(20_000);
  const folder = sharedFolder();

  async function queueAge(script: string) {
    const command = join(folder(), 'postqueue');
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    return sense('mail_queue_age', { 'postqueue-command': command, 'max-age': '3600' });
  }
  const queued = (name: string, hours: number, ...reasons: string[]) =>
    JSON.stringify({
      queue_name: name,
      arrival_time: Math.floor(Date.now() / 1000) - hours * 3600,
      recipients: reasons.map((reason) => ({ address: 'a@example.com', delay_reason: reason })),
    });
  const listing = (...messages: string[]) => `cat <<'END'\n${messages.join('\n')}\nEND`;

  it('is content with an empty queue, young messages and those on hold', async () => {
    expect((await queueAge('true')).level).to.equal('info');
    const messages = [queued('deferred', 0.5, 'try later'), queued('hold', 100, 'held')];
    expect((await queueAge(listing(...messages))).level).to.equal('info');
  });

  it('tells how many messages wait, the oldest and the most frequent reason', async () => {
    const messages = [
      queued('deferred', 3, 'connection timed out'),
      queued('deferred', 50, 'greylisted', 'connection timed out'),
      queued('active', 0),
    ];
    expect(await queueAge(listing(...messages))).to.deep.equal({
      level: 'error',
      message:
        '2 messages are waiting for longer than 60 min, the oldest for 2 days; most frequent reason: connection timed out',
    });
  });

  it('leaves a Postfix that is down to the promise that watches its port', async () => {
    const line = await queueAge('echo "Queue report unavailable - mail system is down" >&2; exit 69');
    expect(line).to.deep.equal({ level: 'info', message: 'Postfix is down, left to smtp_listen' });
  });

  it('tells why the queue cannot be listed', async () => {
    const line = await queueAge('echo "warning: x" >&2; echo "fatal: bad main.cf" >&2; exit 1');
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/postqueue: fatal: bad main\.cf$/);
  });
});
