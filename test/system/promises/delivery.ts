/** Mail that cannot be delivered, here or elsewhere. */
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { endpointsOf } from '../../support/system/mail-server.ts';
import { sendBy } from '../../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../../support/system/smtp-stand-in.ts';
import { runTool } from '../../support/system/watching.ts';
import { alice, password, type WatchedServer } from './watched-server.ts';

const login = { user: 'mail1', password: 'the right one' };

export function delivery(watched: () => WatchedServer): void {
  let smarthost: StandIn;

  before(async () => {
    smarthost = await startStandIn(login);
  });
  after(() => smarthost?.stop());

  it('say that a message cannot be delivered to a mailbox, and at which step', async () => {
    const { mail, partition, expectFailing } = watched();
    const folders = await readdir(join(partition, 'srv/mail/promise.invalid/delivery'));
    const maildir = join(partition, 'srv/mail/promise.invalid/delivery', folders[0] ?? '', 'Maildir/tmp');
    const { mode } = await stat(maildir);
    await chmod(maildir, 0o500);
    try {
      await expectFailing({
        'mail-delivery':
          /^waiting for the message: not in the mailbox .*; see the queue and the log of Postfix$/,
      });
    } finally {
      await chmod(maildir, mode & 0o777);
    }
    await runTool(mail, partition, 'postqueue', '-f');
  });

  it('say that the account of the delivery promise cannot log in, without its password', async () => {
    const { mail, partition, failing } = watched();
    const path = join(partition, 'etc/promise-credentials.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"password":"[^"]*"/, '"password":"not-the-one"'));
    const messages = await failing();
    expect([...messages.keys()]).to.deep.equal(['mail-delivery']);
    expect(messages.get('mail-delivery'))
      .to.match(/^IMAP login as delivery@promise\.invalid: refused/)
      .and.not.contain('not-the-one');
    // Processing writes what is not as planned.
    await mail.reprocess();
  });

  it('say that messages wait in the queue for too long, and why', async () => {
    const { mail, partition, expectFailing, configure } = watched();
    const parameters = (secret: string) => ({
      'mail-domains': ['mail1.example.com'],
      'inbound-relay': { enable: false },
      'outbound-relay': { host: smarthost.host, port: smarthost.port, user: login.user, password: secret },
    });
    await mail.request('mail1', parameters('a wrong one'));
    await mail.settle();
    const { smtp } = endpointsOf(await mail.published('mail1'));
    const envelope = { sender: alice, recipients: ['somebody@elsewhere.example'] };
    expect(await sendBy(smtp, envelope, { login: { user: alice, pass: password } })).to.equal('accepted');
    await configure('mail-queue-age', 'max-age', '0');
    const queue = async () => (await runTool(mail, partition, 'postqueue', '-p')).output;
    await eventually('the message was tried', async () => (await queue()).includes('SASL'), 60_000);
    await expectFailing({
      'mail-queue-age':
        /^1 message is waiting for longer than 0 s, the oldest for \d+ s; most frequent reason: SASL/,
    });
    await mail.request('mail1', parameters(login.password));
    await mail.settle();
    await runTool(mail, partition, 'postqueue', '-f');
    await eventually('the message has left', () => smarthost.received.length === 1);
  });

  it('say which relay has not answered, while local mail works', async () => {
    const { mail, expectFailing } = watched();
    await mail.request('mail1', {
      'mail-domains': ['mail1.example.com'],
      'inbound-relay': { 'relay-sr-url': 'https://releases.example.com/mail-server-relay/software.cfg' },
    });
    const settled = await mail.node.settle({ passes: 2 });
    expect(settled.exitCode).to.equal(2);
    await expectFailing({
      'relays-answered': /^the relay of mail1\.example\.com has not published .*waits in the queue$/,
    });
    await mail.request('mail1');
    await mail.settle();
  });
}
