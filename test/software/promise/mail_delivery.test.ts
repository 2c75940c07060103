import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect } from 'chai';

import { type StandInMessage, imapStandIn } from '../../support/promise/imap-stand-in.ts';
import { sense } from '../../support/promise/sense.ts';
import {
  findClosedPort,
  madeCertificates,
  sharedFolder,
  smtpServer,
  startedServers,
} from '../../support/promise/stand-ins.ts';

describe('mail_delivery', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const made = madeCertificates(folder);
  const start = startedServers();
  let closedPort: string;
  before(async () => {
    closedPort = await findClosedPort();
  });

  async function deliver(ports: { smtp: string; imap: string }, password = 'right') {
    const credentials = join(folder(), 'credentials.json');
    await writeFile(credentials, JSON.stringify({ address: 'probe@example.com', password }));
    const line = await sense('mail_delivery', {
      'credentials-file': credentials,
      'smtp-host': '127.0.0.1',
      'smtp-port': ports.smtp,
      'imap-host': '127.0.0.1',
      'imap-port': ports.imap,
      'seconds-to-arrive': '0.5',
      'seconds-per-answer': '1',
    });
    expect(line.message).not.to.contain(password);
    return line;
  }

  /** Puts what arrives by SMTP into the mailbox. */
  const into = (mailbox: StandInMessage[]) => (text: string) => {
    mailbox.push({ probe: /^X-Slapos-Mail-Probe: (.*)\r$/m.exec(text)?.[1] ?? 'none', deleted: false });
  };

  it('finds its message in the mailbox, and deletes it and those of earlier runs', async () => {
    const mailbox: StandInMessage[] = [{ probe: 'earlier', deleted: false }];
    const smtp = await start(smtpServer(made().certificate, into(mailbox)));
    const line = await deliver({
      smtp,
      imap: await start(imapStandIn(made().certificate, 'right', mailbox)),
    });
    expect(line).to.include({ level: 'info' });
    expect(line.message).to.match(/^a message arrived in \d\.\d s$/);
    expect(mailbox).to.deep.equal([]);
  });

  it('tells that IMAP refuses the log-in, without the password', async () => {
    const smtp = await start(smtpServer(made().certificate));
    const line = await deliver(
      { smtp, imap: await start(imapStandIn(made().certificate, 'right', [])) },
      'wrong-one',
    );
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/^IMAP login as probe@example\.com: refused/);
  });

  it('tells that SMTP refuses the log-in, without the password', async () => {
    const smtp = await start(smtpServer(made().certificate, undefined, 'another'));
    const line = await deliver(
      { smtp, imap: await start(imapStandIn(made().certificate, 'secret-one', [])) },
      'secret-one',
    );
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/^SMTP login as probe@example\.com: refused \(535 no such account\)/);
  });

  it('tells that a message that was accepted does not arrive', async () => {
    const smtp = await start(smtpServer(made().certificate));
    const line = await deliver({ smtp, imap: await start(imapStandIn(made().certificate, 'right', [])) });
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/^waiting for the message: not in the mailbox of probe@example\.com/);
  });

  it('leaves closed ports to the promises that watch them', async () => {
    const imap = await start(imapStandIn(made().certificate, 'right', []));
    expect(await deliver({ smtp: closedPort, imap })).to.deep.equal({
      level: 'info',
      message: 'SMTP refuses connections, left to smtp_listen',
    });
    expect(await deliver({ smtp: closedPort, imap: closedPort })).to.deep.equal({
      level: 'info',
      message: 'IMAP refuses connections, left to imap_listen',
    });
  });

  it('tells the step at which a server that says nothing was waited for', async () => {
    const silent = createServer();
    const line = await deliver({ smtp: closedPort, imap: await start(silent) });
    expect(line.level).to.equal('error');
    expect(line.message).to.match(/^connecting to IMAP: /);
  });
});
