/** The mail queue: a disk without room, and a Postfix that reads its configuration again. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { controlService } from '../../support/system/control-service.ts';
import { eventually } from '../../support/system/eventually.ts';
import { messagesOf } from '../../support/system/mail-server.ts';
import { openSmtp, sendBy } from '../../support/system/smtp.ts';
import { alice, password, type DisturbedServer } from './disturbed-server.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const mebibyte = 1024 * 1024;
const stranger = 'stranger@elsewhere.example';
const reply = /^\d{3} /;

export function queue(disturbed: () => DisturbedServer): void {
  const send = (subject: string) =>
    sendBy(disturbed().server.smtp, {
      sender: stranger,
      recipients: [alice],
      message: `Subject: ${subject}\r\n\r\nhi\r\n`,
    });
  const arrivals = async (subject: string) =>
    (await messagesOf(disturbed().server, alice, password)).filter((source) =>
      source.includes(`Subject: ${subject}\r\n`),
    );

  // Only root can mount; what a test mounts nobody else sees.
  if (isRoot) {
    describe('the disk of the queue', () => {
      const folder = () => join(disturbed().partition, 'var/spool/postfix');
      const filler = () => join(folder(), 'filler');
      /** Postfix stands still meanwhile, as its processes stay in the folder that they began in. */
      const whileStopped = async (change: () => Promise<unknown>) => {
        const { mail, partition } = disturbed();
        await controlService(mail.node, partition, 'stop', 'postfix');
        await change();
        await controlService(mail.node, partition, 'start', 'postfix');
      };
      // One and a half times the largest message is what Postfix wants to be free.
      before(() =>
        whileStopped(async () => {
          const { uid, gid } = disturbed().mail.node.user;
          const copy = `${folder()}.copy`;
          await run('cp', ['-a', folder(), copy]);
          const options = `size=${100 * mebibyte},mode=0755,uid=${uid},gid=${gid}`;
          await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder()]);
          await run('cp', ['-a', `${copy}/.`, folder()]);
          await rm(copy, { recursive: true });
        }),
      );
      after(() => whileStopped(() => run('umount', [folder()])));

      it('has no room for the largest message: all mail is put off with 452, and taken when there is room', async () => {
        await eventually('mail is taken', async () => (await send('before it is full')) === 'accepted');
        await writeFile(filler(), Buffer.alloc(40 * mebibyte));
        expect(await send('when it is full')).to.match(/^MAIL 452 4\.3\.1 Insufficient system storage$/);
        await rm(filler());
        expect(await send('when it is full')).to.equal('accepted');
        for (const subject of ['before it is full', 'when it is full'])
          await eventually(`"${subject}"`, async () => (await arrivals(subject)).length === 1);
      });

      it('becomes full while a message comes: it is put off at its end, and nothing of it arrives', async () => {
        const subject = 'while it becomes full';
        const client = await openSmtp(disturbed().server.smtp);
        for (const line of [`MAIL FROM:<${stranger}>`, `RCPT TO:<${alice}>`])
          expect(await client.command(line, reply)).to.match(/^250 /);
        expect(await client.command('DATA', reply)).to.match(/^354 /);
        await run('sh', ['-c', `cat /dev/zero > '${filler()}' 2> /dev/null || true`]);
        client.write(`Subject: ${subject}\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(20_000)}`);
        expect(await client.command('.', reply)).to.match(/^4\d\d 4\.3\.\d /);
        client.close();
        await rm(filler());
        await eventually('the next attempt', async () => (await send(subject)) === 'accepted');
        await eventually('it arrives', async () => (await arrivals(subject)).length > 0);
        expect(await arrivals(subject)).to.have.lengthOf(1);
      });
    });
  }
}
