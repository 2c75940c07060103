/** Limits of what filter scripts send: a thief who may not send any more by SMTP must not go on by ManageSieve. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../../src/local-node/run-as-user.ts';
import { eventually } from '../../support/system/eventually.ts';
import type { MailNode } from '../../support/system/mail-node.ts';
import type { MailServer } from '../../support/system/mail-server.ts';
import { arrival, at, loginOf, mailOf, passwordOf } from '../../support/system/people.ts';
import { activateScript } from '../../support/system/sieve.ts';
import { sendBy } from '../../support/system/smtp.ts';

/** Account → its own limits. */
export const scriptAccounts: Record<string, object> = {
  henry: { 'messages-per-hour': 3 },
  ivan: { 'messages-per-hour': 2 },
  judy: { 'messages-per-hour': 1 },
};

export interface LimitedServer {
  mail: MailNode;
  server: MailServer;
  partition: string;
  promise: (name: string) => Promise<string>;
}

export const limitsOfScripts = (limited: () => LimitedServer): void => {
  const script = (name: string, text: string) =>
    activateScript(limited().server.sieve, at(name), passwordOf(name), text);
  const letter = (name: string, subject: string, sender = 'stranger@elsewhere.example') => ({
    sender,
    recipients: [at(name)],
    message: `From: ${sender || 'mailer-daemon@elsewhere.example'}\r\nSubject: ${subject}\r\n\r\nhi\r\n`,
  });
  const bring = async (...parts: Parameters<typeof letter>) =>
    expect(await sendBy(limited().server.smtp, letter(...parts))).to.equal('accepted');
  const tool = async (...[program, ...args]: [string, ...string[]]) =>
    (await runAsUser(limited().mail.node, [join(limited().partition, 'bin', program), ...args])).output;
  const having = async (name: string, subject: string) =>
    (await mailOf(limited().server, name)).filter((source) => source.includes(`Subject: ${subject}`));
  /** Until as many messages of the queue as `count` wait for `name`'s script. */
  const waiting = (name: string, count: number) =>
    eventually(`${count} waiting for ${name}`, async () => {
      const entries = (await tool('mailq')).split('\n\n').filter((entry) => entry.includes(at(name)));
      return (
        entries.length === count && entries.every((entry) => entry.includes('Execution of Sieve filters'))
      );
    });

  it('count what is redirected: the rest waits, and goes on when it may, unchanged', async () => {
    await script(
      'henry',
      `require "editheader";\naddheader "X-Script" "henry's";\nredirect "${at('dave')}";\n`,
    );
    for (const number of [1, 2, 3, 4, 5]) await bring('henry', `onwards ${number}`);
    await waiting('henry', 2);
    await eventually('three redirected', async () => (await having('dave', 'onwards')).length === 3);
    const { mail, server } = limited();
    expect(
      await sendBy(
        server.smtp,
        { sender: at('henry'), recipients: [at('dave')] },
        { login: loginOf('henry') },
      ),
    ).to.match(/you have sent 3 messages within an hour/);
    await tool('postqueue', '-f');
    await waiting('henry', 2);
    expect(await having('dave', 'onwards')).to.have.lengthOf(3);
    await mail.requestAccount('mail1', 'henry', {
      address: at('henry'),
      'sending-limits': { 'messages-per-hour': 5 },
    });
    await mail.reprocess();
    await tool('postqueue', '-f');
    for (const number of [1, 2, 3, 4, 5]) {
      const source = await arrival(server, 'dave', `Subject: onwards ${number}\r\n`);
      expect(source)
        .to.contain("X-Script: henry's")
        .and.contain(`Return-Path: <${at('henry')}>`);
    }
    expect(await having('dave', 'onwards')).to.have.lengthOf(5);
    expect(await having('henry', 'onwards')).to.have.lengthOf(0);
  });

  it('cut what one message becomes, which is kept: nobody gets it twice; bounces count too', async () => {
    const everybody = ['dave', 'erin', 'frank', 'grace'];
    await script('ivan', everybody.map((name) => `redirect "${at(name)}";\n`).join(''));
    await bring('ivan', 'to many');
    await arrival(limited().server, 'ivan', 'Subject: to many');
    for (const name of ['dave', 'erin']) await arrival(limited().server, name, 'Subject: to many');
    await bring('ivan', 'to none');
    await bring('ivan', 'bounced to none', '');
    await waiting('ivan', 2);
    for (const name of ['dave', 'erin']) expect(await having(name, 'to many')).to.have.lengthOf(1);
    for (const name of ['frank', 'grace']) expect(await having(name, 'to many')).to.have.lengthOf(0);
    for (const name of everybody)
      for (const subject of ['to none', 'bounced to none'])
        expect(await having(name, subject)).to.have.lengthOf(0);
  });

  it('count replies of somebody who is away: one that may not leave is not made, the message arrives', async () => {
    await script('judy', 'require "vacation";\nvacation "Back on Monday.";\n');
    const { server, partition } = limited();
    const own = letter('judy', 'from carol', at('carol'));
    expect(await sendBy(server.smtp, own, { login: loginOf('carol') })).to.equal('accepted');
    await arrival(server, 'judy', 'Subject: from carol');
    await arrival(server, 'carol', 'Back on Monday.');
    await bring('judy', 'from a stranger');
    await arrival(server, 'judy', 'Subject: from a stranger');
    expect(await readFile(join(partition, 'var/log/dovecot.log'), 'utf8'))
      .to.contain('failed to send vacation response to stranger@elsewhere.example')
      .and.contain(
        `a script of ${at('judy')} may not send to stranger@elsewhere.example: 450 4.7.1 you have`,
      );
  });

  it('have those accounts known to the promise, which names the first five of all', async () => {
    const file = join(limited().partition, 'var/lib/mail-policy/sending-refusals.json');
    const refusals = await eventually('the refusals are written', async () => {
      const known = JSON.parse(await readFile(file, 'utf8')) as Record<string, { limit: string }>;
      return at('judy') in known && known;
    });
    const limitOf = (name: string) => refusals[at(name)]?.limit;
    expect(['henry', 'ivan', 'judy'].map(limitOf)).to.deep.equal([
      '3 messages within an hour',
      '2 messages within an hour',
      '1 message within an hour',
    ]);
    const others = Object.keys(refusals).length - 5;
    const said = await limited().promise('sending-limits');
    expect(said).to.match(/^ERROR refused for sending too much: /);
    expect(said).to.contain(others > 0 ? `; and ${others} more` : `${at('judy')} had sent 1 message`);
  });
};
