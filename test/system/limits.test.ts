/**
 * Limits that stop a stolen account: what one account may send, also by filter scripts (limits/), and how often one client
 * may guess its password.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { execa } from 'execa';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually, worksWithin } from '../support/system/eventually.ts';
import { squat, tcpPortsOf } from '../support/system/listening.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import {
  canLogIn,
  endpointsOf,
  imapClient,
  type MailServer,
  setPassword,
} from '../support/system/mail-server.ts';
import { activateAll, arrival, at, domain, loginOf, passwordOf } from '../support/system/people.ts';
import { activateScript, openSieve } from '../support/system/sieve.ts';
import { deliver, openSmtp, sendBy } from '../support/system/smtp.ts';
import { servicePids } from '../support/system/watching.ts';
import { limitsOfScripts, scriptAccounts } from './limits/filter-scripts.ts';

/** Of the server; clients come from here, from 127.0.0.1 or from ::1. */
const ipv4 = '127.83.0.25';

/** Account → its own limits. */
const accounts: Record<string, object> = {
  alice: {},
  bob: { 'messages-per-hour': 5 },
  carol: { 'messages-per-hour': 0, 'recipients-per-hour': 0 },
  dave: {},
  erin: {},
  frank: {},
  grace: {},
  heidi: {},
  ...scriptAccounts,
};

describe('limits', () => {
  let mail: MailNode;
  let server: MailServer;
  let partition: string;

  before(async () => {
    mail = await startMailNode({ ipv4 });
    await mail.request('mail1', {
      'mail-domains': [domain],
      'inbound-relay': { enable: false },
      'sending-limits': { 'messages-per-hour': 3, 'recipients-per-hour': 6 },
      'accounts-may-exceed-limits': true,
      'log-in-limits': { failures: 4, minutes: 10 },
    });
    for (const [name, limits] of Object.entries(accounts))
      await mail.requestAccount('mail1', name, { address: at(name), 'sending-limits': limits });
    await mail.settle();
    partition = await mail.partition('mail1');
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, Object.keys(accounts));
  });

  after(() => mail?.stop());

  /** What one message of `name` comes to. */
  const send = (name: string, recipients = [at('dave')]) =>
    sendBy(server.smtp, { sender: at(name), recipients }, { login: loginOf(name) });

  const tooMany = (name: string, amount: string) =>
    new RegExp(
      `^RCPT 450 4\\.7\\.1 .*: you have sent (to )?${amount} within an hour, which is the limit of ${at(name)}; try again in \\d+ minutes?$`,
    );

  async function promise(name: string): Promise<string> {
    const { output } = await mail.node.checkPromises();
    return new RegExp(` ${name}\\.py\\[\\d+\\] (.*)$`, 'm').exec(output)?.[1] ?? output;
  }

  async function killMailPolicy(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { 'mail-policy': pid = '' } = await servicePids(mail, partition);
    process.kill(Number(pid), signal);
    await eventually(
      'mail-policy ends',
      async () => (await servicePids(mail, partition))['mail-policy'] !== pid,
    );
  }

  describe('of sending', () => {
    it('are not reached by a healthy instance', async () => {
      expect(await promise('sending-limits')).to.match(/^INFO .*no account reached/);
    });

    it('let an account send as much as it may, then say how much that is and when it may again', async () => {
      const results: string[] = [];
      for (let index = 0; index < 5; index += 1) results.push(await send('alice'));
      expect(results.slice(0, 3)).to.deep.equal(['accepted', 'accepted', 'accepted']);
      for (const refusal of results.slice(3)) expect(refusal).to.match(tooMany('alice', '3 messages'));
    });

    it('leave other accounts alone, and mail that comes from elsewhere to the one that was limited', async () => {
      expect(await send('dave')).to.equal('accepted');
      for (let index = 0; index < 5; index += 1) {
        const envelope = { sender: 'stranger@elsewhere.example', recipients: [at('alice')] };
        expect(await sendBy(server.smtp, envelope)).to.equal('accepted');
      }
    });

    it('let an account’s own limit be another than the instance’s, or none', async () => {
      const results: string[] = [];
      for (let index = 0; index < 6; index += 1) results.push(await send('bob'));
      expect(results.filter((result) => result === 'accepted')).to.have.lengthOf(5);
      expect(results.at(-1)).to.match(tooMany('bob', '5 messages'));
      for (let index = 0; index < 8; index += 1) expect(await send('carol')).to.equal('accepted');
    });

    it('count a message once and each of its recipients, but none that is refused anyway', async () => {
      const smtp = await openSmtp(server.smtp, { login: loginOf('erin') });
      const recipients = [
        at('alice'),
        at('nobody'),
        at('bob'),
        at('carol'),
        at('dave'),
        at('erin'),
        at('frank'),
      ];
      const reply = /^\d{3} /;
      const rcpt = async (recipient: string) =>
        (await smtp.command(`RCPT TO:<${recipient}>`, reply)).replace(/\r?\n$/, '');
      await smtp.command(`MAIL FROM:<${at('erin')}>`, reply);
      const answers: string[] = [];
      for (const recipient of recipients) answers.push((await rcpt(recipient)).slice(0, 3));
      expect(answers).to.deep.equal(['250', '550', '250', '250', '250', '250', '250']);
      expect(`RCPT ${await rcpt(at('grace'))}`).to.match(tooMany('erin', '6 recipients'));
      // The six others get it.
      await smtp.command('DATA', reply);
      expect(await smtp.command('Subject: to six\r\n\r\nhello\r\n.', reply)).to.match(/^250/);
      smtp.close();
      for (const name of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'])
        await arrival(server, name, 'to six');
    });

    it('do not count what is begun and not sent, and count it while it may still be sent', async () => {
      const reply = /^\d{3} /;
      const begin = async (recipients: readonly string[]) => {
        const smtp = await openSmtp(server.smtp, { login: loginOf('heidi') });
        await smtp.command(`MAIL FROM:<${at('heidi')}>`, reply);
        for (const recipient of recipients)
          expect(await smtp.command(`RCPT TO:<${recipient}>`, reply)).to.match(/^250 /);
        return smtp;
      };
      const first = await begin([at('alice'), at('bob')]);
      await first.command('RSET', reply);
      await first.command(`MAIL FROM:<${at('heidi')}>`, reply);
      await first.command(`RCPT TO:<${at('bob')}>`, reply);
      const others = await Promise.all([begin([at('alice')]), begin([at('alice')])]);
      expect(await send('heidi')).to.match(tooMany('heidi', '3 messages'));
      for (const smtp of [first, ...others]) {
        await smtp.command('QUIT', reply);
        smtp.close();
      }
      // Each by the process that served it, at its next message or when it ends.
      for (let sent = 0; sent < 3; sent += 1)
        await eventually('what was not sent is given back', async () => (await send('heidi')) === 'accepted');
      expect(await send('heidi')).to.match(tooMany('heidi', '3 messages'));
    });

    it('are exact when an account sends at many places at once', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, () => send('grace')));
      expect(results.filter((result) => result === 'accepted')).to.have.lengthOf(3);
      for (const result of results)
        if (result !== 'accepted') expect(result).to.match(tooMany('grace', '3 messages'));
    });

    it('have a promise that says who reached them', async () => {
      await eventually('the refusal is written', async () =>
        (await readFile(join(partition, 'var/lib/mail-policy/sending-refusals.json'), 'utf8')).includes(
          at('grace'),
        ),
      );
      const said = await promise('sending-limits');
      expect(said).to.match(/^ERROR /);
      for (const part of [
        `${at('alice')} had sent 3 messages within an hour`,
        `${at('erin')} had sent to 6 recip`,
      ])
        expect(said).to.contain(part);
      expect(said).to.not.contain(at('dave')).and.not.contain(at('carol'));
    });

    it('go on counting where they were after a restart of everything', async () => {
      expect(await send('frank')).to.equal('accepted');
      await mail.restart();
      await mail.reprocess();
      server = endpointsOf(await mail.published('mail1'));
      await eventually('submission', async () => (await send('carol')) === 'accepted', 30_000);
      expect(await send('alice')).to.match(tooMany('alice', '3 messages'));
      expect([await send('frank'), await send('frank')]).to.deep.equal(['accepted', 'accepted']);
      expect(await send('frank')).to.match(tooMany('frank', '3 messages'));
    });

    it('follow a changed parameter without a restart', async () => {
      const before = await servicePids(mail, partition);
      await mail.requestAccount('mail1', 'alice', {
        address: at('alice'),
        'sending-limits': { 'messages-per-hour': 4 },
      });
      await mail.reprocess();
      expect(await send('alice')).to.equal('accepted');
      expect(await send('alice')).to.match(tooMany('alice', '4 messages'));
      expect(await servicePids(mail, partition)).to.deep.equal(before);
    });
  });

  describe('of what filter scripts send', () => {
    limitsOfScripts(() => ({ mail, server, partition, promise }));
  });

  describe('of logging in', () => {
    let guesses = 0;
    const nextGuess = () => `a wrong password ${(guesses += 1)}`;
    /** Tries as `name` from `host`'s side of the machine: IMAP, wrong passwords. */
    const fail = async (name: string, host: string, count: number, guess = nextGuess) => {
      const tries = Array.from({ length: count }, () =>
        canLogIn({ ...server, imaps: { ...server.imaps, host } }, at(name), guess()),
      );
      expect(await Promise.all(tries)).to.deep.equal(tries.map(() => false));
    };
    const logIn = (name: string, host: string, password = passwordOf(name)) =>
      canLogIn({ ...server, imaps: { ...server.imaps, host } }, at(name), password);

    it('do not mind a few failures, nor many log-ins at once with the right password', async () => {
      const many = await Promise.all(Array.from({ length: 12 }, () => logIn('dave', ipv4)));
      expect(many).to.not.include(false);
      await fail('dave', ipv4, 2);
      expect(await logIn('dave', ipv4)).to.equal(true);
    });

    it('do not mind a program that repeats an old password, which also costs its neighbours nothing', async () => {
      await fail('dave', ipv4, 12, () => 'the password of last year');
      expect(await logIn('dave', ipv4)).to.equal(true);
    });

    it('keep a client out that failed too often, also with the right password and by other services', async () => {
      await fail('dave', ipv4, 1);
      const client = imapClient({ ...server.imaps, host: ipv4 }, at('dave'), passwordOf('dave'));
      const refusal: unknown = await client.connect().catch((error: unknown) => error);
      expect((refusal as { responseText?: string }).responseText).to.match(
        /too many failed log-ins from your address; try again in \d+ minutes/,
      );
      client.close();
      const smtp = await openSmtp({ ...server.smtp, host: ipv4 }, { login: loginOf('dave') }).catch(
        (error: Error) => error.message,
      );
      expect(smtp).to.match(/^535 /);
      const sieve = await openSieve({ ...server.sieve, host: ipv4 }, at('dave'), passwordOf('dave')).catch(
        (error: Error) => error.message,
      );
      expect(sieve).to.match(/^NO/);
    });

    it('leave the account alone elsewhere, and other accounts at that client', async () => {
      expect(await logIn('dave', '::1')).to.equal(true);
      expect(await logIn('carol', ipv4)).to.equal(true);
    });

    it('count guesses that come all at once', async () => {
      await fail('erin', ipv4, 12);
      expect(await logIn('erin', ipv4)).to.equal(false);
      expect(await logIn('erin', '::1')).to.equal(true);
    });

    it('count failures of SMTP and ManageSieve too', async () => {
      for (let index = 0; index < 2; index += 1) {
        const smtp = await openSmtp(
          { ...server.smtp, host: ipv4 },
          { login: loginOf('frank', nextGuess()) },
        ).catch((error: Error) => error);
        expect(smtp).to.be.instanceOf(Error);
        const sieve = await openSieve({ ...server.sieve, host: ipv4 }, at('frank'), nextGuess()).catch(
          (error: Error) => error,
        );
        expect(sieve).to.be.instanceOf(Error);
      }
      expect(await logIn('frank', ipv4)).to.equal(false);
    });

    it('forget everything when the password is changed: it works within two seconds', async () => {
      await fail('grace', ipv4, 8);
      expect(await logIn('grace', ipv4)).to.equal(false);
      expect(await setPassword(server, at('grace'), '', 'another-secret', passwordOf('grace'))).to.equal(
        true,
      );
      await worksWithin('login with the new password', 2000, () => logIn('grace', ipv4, 'another-secret'));
    });

    it('forget everything when the requester resets the password', async () => {
      await fail('erin', ipv4, 5);
      await mail.requestAccount('mail1', 'erin', {
        address: at('erin'),
        'reset-token': 'a-new-token-of-erin',
      });
      // Not until it is settled: the promise goes on to say who sent too much.
      await mail.reprocess();
      expect(await setPassword(server, at('erin'), 'a-new-token-of-erin', 'erins-new-pw')).to.equal(true);
      await worksWithin('login with the new password', 2000, () => logIn('erin', ipv4, 'erins-new-pw'));
    });

    it('are asked for on a socket that no other user reaches, and on no port', async () => {
      const { 'monitor-base-url': monitor } = await mail.published('mail1');
      const web = [server.passwordUrl, String(monitor)].map((url) => Number(new URL(url).port));
      const ports = [server.smtp, server.imap, server.imaps, server.sieve].map(({ port }) => port);
      expect(await tcpPortsOf(partition)).to.deep.equal([...ports, ...web].sort((a, b) => a - b));
      const nobody = { uid: 65_534, gid: 65_534, cwd: '/', reject: false } as const;
      const connect = `require('net').connect(${JSON.stringify(join(partition, 'var/run/log-ins/T0A0001'))}).on('error', ({ code }) => console.log(code))`;
      expect((await execa(process.execPath, ['--eval', connect], nobody)).stdout).to.equal('EACCES');
    });
  });

  describe('without the process that knows them', () => {
    it('let people log in, have them send later, and lose no mail', async () => {
      await killMailPolicy('SIGKILL');
      // Another user takes the places that nobody holds meanwhile.
      const squatter = await squat([
        ...[ipv4, '::1', '127.0.0.10'].map((host) => ({ host, port: 10024 })),
        { host: '127.0.0.10', port: 1 },
      ]);
      expect(await canLogIn(server, at('carol'), passwordOf('carol'))).to.equal(true);
      expect(await canLogIn(server, at('carol'), 'wrong')).to.equal(false);
      squatter.stop();
      expect(squatter.heard).to.deep.equal([]);
      const smtp = await openSmtp(server.smtp, { login: loginOf('carol') });
      expect(await deliver(smtp, { sender: at('carol'), recipients: [at('dave')] })).to.match(
        /^RCPT 451 4\.3\.0 .*cannot be asked for room; try again later$/,
      );
      smtp.close();
      const envelope = { sender: 'stranger@elsewhere.example', recipients: [at('carol')] };
      expect(await sendBy(server.smtp, envelope)).to.match(/^(END|RCPT) 4\d\d /);
      // Brought from here, which asks nobody: a script must not send what nobody counts.
      await activateScript(server.sieve, at('carol'), passwordOf('carol'), `redirect "${at('bob')}";\n`);
      const tool = (program: string, ...args: string[]) =>
        runAsUser(mail.node, [join(partition, 'bin', program), ...args]);
      const input = 'Subject: uncounted\n\nhi\n';
      const letter = ['sh', '-c', `printf '${input}' | "$0" -f ${at('bob')} ${at('carol')}`];
      await runAsUser(mail.node, [...letter, join(partition, 'bin/sendmail')]);
      await eventually('a script that waits', async () =>
        (await tool('mailq')).output.includes('Execution of Sieve filters was aborted'),
      );
      expect(await promise('mail-policy-socket-listening')).to.match(/^ERROR .*start mail-policy/);
      await mail.reprocess();
      await eventually('submission', async () => (await send('carol')) === 'accepted', 30_000);
      expect(await sendBy(server.smtp, envelope)).to.equal('accepted');
      await tool('postqueue', '-f');
      await arrival(server, 'bob', 'Subject: uncounted');
    });
  });
});
