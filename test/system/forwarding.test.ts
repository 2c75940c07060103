/** Mail that leaves again: rewritten senders, bounces that find their way back, and nobody who forges that way. */
import { readFile } from 'node:fs/promises';

import { expect } from 'chai';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { endpointsOf, type MailServer } from '../support/system/mail-server.ts';
import { activateAll, arrival, at, domain, loginOf, mailOf, passwordOf } from '../support/system/people.ts';
import { activateScript } from '../support/system/sieve.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type Received, type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { forwardSender } from '../../src/daemons/mail-policy/srs.ts';
import { ledgerStore, readLedger } from '../../src/ledger/store.ts';

const stranger = 'Stranger@elsewhere.example';
const day = 86_400_000;

describe('mail that leaves again', () => {
  let mail: MailNode;
  let server: MailServer;
  /** The rest of the world: it takes everything but what is for somebody unknown or busy. */
  let world: StandIn;
  let takeSlowOnes = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    takeSlowOnes = resolve;
  });
  const parameters = (forwarding: boolean) => ({
    'mail-domains': [domain, 'second.example.com'],
    'inbound-relay': { enable: false },
    'outbound-relay': { host: world.host, port: world.port },
    forwarding,
  });

  before(async () => {
    world = await startStandIn(undefined, {
      unknown: /^unknown@/,
      busy: /^busy@/,
      onReceived: ({ recipients }) => (recipients.includes('slow@abroad.example') ? slow : Promise.resolve()),
    });
    mail = await startMailNode();
    await mail.request('mail1', parameters(true));
    const aliases: Record<string, string[]> = {
      team: ['somebody@abroad.example', at('bob')],
      left: ['unknown@abroad.example'],
      waiting: ['busy@abroad.example'],
      // Beside an exact address: what is forged must not end here.
      '': [at('bob')],
    };
    for (const [name, destinations] of Object.entries(aliases))
      await mail.requestAccount('mail1', `alias ${name}`, { kind: 'alias', address: at(name), destinations });
    await mail.requestAccount('mail1', 'moved', {
      address: at('moved'),
      forward: { destinations: ['moved@abroad.example'], 'keep-copy': true },
    });
    await mail.requestAccount('mail1', 'gone', {
      address: at('gone'),
      forward: { destinations: ['gone@abroad.example'], 'keep-copy': false },
    });
    for (const name of ['alice', 'bob']) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, ['alice', 'bob', 'moved', 'gone']);
  });

  after(async () => {
    await mail?.stop();
    await world?.stop();
  });

  const report = 'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n';
  /** Without a sender it is a delivery report. */
  const send = (sender: string, recipient: string, subject = 'test', header = sender === '' ? report : '') =>
    sendBy(server.smtp, {
      sender,
      recipients: [recipient],
      message: `Subject: ${subject}\r\n${header}\r\nhi\r\n`,
    });

  /** The message about `subject` for `recipient`, as the rest of the world gets it. */
  const abroad = (recipient: string, subject: string): Promise<Received> =>
    eventually(`"${subject}" for ${recipient}`, () =>
      world.received.find(
        ({ recipients, source }) => recipients.includes(recipient) && source.includes(subject),
      ),
    );

  /** What this server makes of a foreign sender at a time. */
  async function rewritten(sender: string, time = Date.now()): Promise<string> {
    const { secrets } = await readLedger(ledgerStore(await mail.partition('mail1')));
    const srs = { secret: secrets['srs-secret'] ?? '', domain, isHosted: () => false };
    return forwardSender(sender, srs, time)?.address ?? '';
  }

  async function returnPath(name: string, subject: string): Promise<string | undefined> {
    const source = await arrival(server, name, subject);
    expect(source).to.not.match(/SRS0/i);
    return /^Return-Path: <(.*)>/m.exec(source)?.[1];
  }

  describe('rewritten senders', () => {
    it('are not seen in a mailbox: it shows the sender as it was', async () => {
      for (const [index, sender] of [stranger, '', '"john doe"@elsewhere.example'].entries()) {
        expect(await send(sender, at('bob'), `from outside ${index}`)).to.equal('accepted');
        expect(await returnPath('bob', `from outside ${index}`)).to.equal(sender);
      }
    });

    it('take bounces, which go to where they belong', async () => {
      for (const [index, sender] of [stranger, 'a+b=c@elsewhere.example'].entries()) {
        expect(await send('', await rewritten(sender), `bounce ${index}`)).to.equal('accepted');
        expect((await abroad(sender, `bounce ${index}`)).sender).to.equal('');
      }
    });

    it('take bounces in another letter case, and in another domain of ours', async () => {
      const address = await rewritten(stranger);
      expect(await send('', address.toLowerCase(), 'bounce in lower case')).to.equal('accepted');
      await abroad(stranger.toLowerCase(), 'bounce in lower case');
      const elsewhere = address.replace(`@${domain}`, '@second.example.com');
      expect(await send('', elsewhere, 'bounce to another domain')).to.equal('accepted');
      await abroad(stranger, 'bounce to another domain');
    });

    it('take nothing but bounces', async () => {
      const address = await rewritten(stranger);
      const only = /^RCPT 550 5\.7\.1 .*this address takes bounces only$/;
      expect(await send('spammer@elsewhere.example', address)).to.match(only);
      const login = loginOf('bob');
      expect(await sendBy(server.smtp, { sender: at('bob'), recipients: [address] }, { login })).to.match(
        only,
      );
      const reportsOnly = /^END 550 5\.7\.1 .*takes delivery reports only/;
      for (const header of [
        '',
        'Content-Type: text/plain\r\n',
        `${report}Content-Type: text/plain\r\n`,
        'Auto-Submitted: auto-replied\r\n',
      ])
        expect(await send('', address, 'no report', header), header).to.match(reportsOnly);
      const withBob = { sender: '', recipients: [at('bob'), address] };
      expect(await sendBy(server.smtp, { ...withBob, message: 'Subject: for two\r\n\r\nhi\r\n' })).to.match(
        reportsOnly,
      );
      expect(await send('', at('bob'), 'no report, for bob alone', '')).to.equal('accepted');
    });

    it('are senders from outside only as they were made here, for forwarders that leave senders as they are', async () => {
      const address = await rewritten(stranger);
      expect(await send(address, at('bob'), 'back by a forwarder')).to.equal('accepted');
      expect(await returnPath('bob', 'back by a forwarder')).to.match(/^stranger@elsewhere\.example$/i);
      const forged = address.replace(/=Stranger@/, '=victim@');
      expect(await send(forged, at('bob'))).to.match(/^RCPT 5.*log in to send/);
    });

    it('cannot be forged, altered or kept for later', async () => {
      const address = await rewritten(stranger);
      for (const wrong of [
        address.replace(/=elsewhere/i, '=elsewhere2'),
        address.replace(/=Stranger@/, '=Victim@'),
        address.replace(/^SRS0=./, 'SRS0=_'),
        address.replace(/^SRS0=[^=]+/, 'SRS0='),
        await rewritten(stranger, Date.now() - 25 * day),
        await rewritten(stranger, Date.now() + 5 * day),
        `SRS0=AAAAAAAA=AA=elsewhere.example=victim@${domain}`,
        `SRS1=AAAAAAAA=elsewhere.example==AAAA=AA=x.example=victim@${domain}`,
        `srs0=x@${domain}`,
      ])
        expect(await send('', wrong), wrong).to.match(/^RCPT 550 5\.1\.1 /);
    });
  });

  describe('what an alias or an account forwards', () => {
    const isOurs = /^SRS0=[^=]+=[A-Z2-7]{2}=elsewhere\.example=Stranger@mail1\.example\.com$/;

    it('leaves from an address of ours; the copy that stays shows the sender as it was', async () => {
      expect(await send(stranger, at('team'), 'for the team')).to.equal('accepted');
      expect((await abroad('somebody@abroad.example', 'for the team')).sender).to.match(isOurs);
      expect(await returnPath('bob', 'for the team')).to.equal(stranger);
      expect(await send(stranger, at('moved'), 'for who moved')).to.equal('accepted');
      expect((await abroad('moved@abroad.example', 'for who moved')).sender).to.match(isOurs);
      expect(await returnPath('moved', 'for who moved')).to.equal(stranger);
    });

    it('leaves without a copy where none is kept', async () => {
      expect(await send(stranger, at('gone'), 'for who is gone')).to.equal('accepted');
      expect((await abroad('gone@abroad.example', 'for who is gone')).sender).to.match(isOurs);
      expect(await mailOf(server, 'gone')).to.deep.equal([]);
    });

    it('is bounced to whoever sent it, when the other side refuses it', async () => {
      expect(await send(stranger, at('left'), 'to be refused')).to.equal('accepted');
      const bounce = await abroad(stranger, 'to be refused');
      expect(bounce.sender).to.equal('');
      expect(bounce.source)
        .to.contain('no such user')
        .and.match(/^Content-Type: multipart\/report/m);
    });

    it('is bounced to whoever sent it, when the other side sends the bounce later', async () => {
      expect(await send(stranger, at('team'), 'to be bounced')).to.equal('accepted');
      const { sender } = await abroad('somebody@abroad.example', 'to be bounced');
      expect(await send('', sender, 'the bounce of it')).to.equal('accepted');
      expect((await abroad(stranger, 'the bounce of it')).sender).to.equal('');
    });

    it('has a sender that every server takes, and is bounced to it, however odd and long the sender was', async () => {
      for (const [index, sender] of [
        'user%odd@elsewhere.example',
        'a/b@elsewhere.example',
        `bounces+${'1'.repeat(40)}=team=ours.example@lists.elsewhere.example`,
      ].entries()) {
        expect(await send(sender, at('team'), `odd ${index}`)).to.equal('accepted');
        const away = (await abroad('somebody@abroad.example', `odd ${index}`)).sender;
        expect(away).to.match(/^[A-Za-z0-9=]{1,64}@mail1\.example\.com$/);
        expect(await returnPath('bob', `odd ${index}`)).to.equal(sender);
        expect(await send('', away, `bounce of odd ${index}`)).to.equal('accepted');
        expect((await abroad(sender, `bounce of odd ${index}`)).sender).to.equal('');
      }
    });

    it('of one forwarder is bounced to that one, which knows the rest', async () => {
      const first = 'SRS0=abcd=ZZ=orig.example=user@forwarder.example';
      expect(await send(first, at('team'), 'by two')).to.equal('accepted');
      const { sender } = await abroad('somebody@abroad.example', 'by two');
      expect(sender).to.match(
        /^SRS1=[^=]+=forwarder\.example==abcd=ZZ=orig\.example=user@mail1\.example\.com$/,
      );
      expect(await send('', sender, 'back by two')).to.equal('accepted');
      await abroad(first, 'back by two');
    });

    it('of our own people and bounces keep their sender', async () => {
      const login = loginOf('bob');
      const letter = { recipients: [at('team')], message: 'Subject: by bob\r\n\r\nhi\r\n' };
      expect(await sendBy(server.smtp, { sender: at('bob'), ...letter }, { login })).to.equal('accepted');
      expect((await abroad('somebody@abroad.example', 'by bob')).sender).to.equal(at('bob'));
      expect(await send('', at('team'), 'without sender')).to.equal('accepted');
      expect((await abroad('somebody@abroad.example', 'without sender')).sender).to.equal('');
    });
  });

  describe('a forward by a script', () => {
    it('comes from the account that forwards, unchanged by all this', async () => {
      await activateScript(
        server.sieve,
        at('alice'),
        passwordOf('alice'),
        'redirect "somebody@abroad.example";\n',
      );
      expect(await send(stranger, at('alice'), 'redirected')).to.equal('accepted');
      expect((await abroad('somebody@abroad.example', 'redirected')).sender).to.equal(at('alice'));
    });
  });

  it('is finished soon when Postfix reads its configuration again while it is delivered', async () => {
    const run = async (program: string, ...args: string[]) =>
      runAsUser(mail.node, [await mail.partition('mail1', 'bin', program), ...args]);
    const letter = { recipients: ['slow@abroad.example'], message: 'Subject: slowly\r\n\r\nhi\r\n' };
    expect(await sendBy(server.smtp, { sender: at('bob'), ...letter }, { login: loginOf('bob') })).to.equal(
      'accepted',
    );
    await abroad('slow@abroad.example', 'slowly');
    const pid = await readFile(await mail.partition('mail1', 'var/spool/postfix/pid/master.pid'), 'utf8');
    process.kill(Number(pid.trim()), 'SIGHUP');
    await eventually('the next qmgr passes over it', async () => {
      const log = await readFile(await mail.partition('mail1', 'var/log/postfix.log'), 'utf8');
      return log.includes('skipped, still being delivered');
    });
    takeSlowOnes();
    const isEmpty = async () => (await run('mailq')).output.includes('Mail queue is empty');
    await eventually('it is out of the queue', isEmpty, 60_000);
    expect(world.received.filter(({ source }) => source.includes('slowly'))).to.have.lengthOf(1);
  });

  describe('mail that waits for longer than four hours', () => {
    // A second, so that a test can see it.
    const tool = async (program: string, ...args: string[]) =>
      runAsUser(mail.node, [await mail.partition('mail1', 'bin', program), ...args]);
    const warnAfter = async (time: string) => {
      await tool('postconf', '-e', `delay_warning_time = ${time}`);
      expect(await tool('postfix', 'reload')).to.include({ exitCode: 0 });
    };
    before(() => warnAfter('1s'));
    after(async () => {
      await tool('postsuper', '-d', 'ALL');
      await warnAfter('4h');
    });

    it('is told to the person who sent it, in English and French, and not to a stranger', async () => {
      const byBob = { recipients: ['busy@abroad.example'], message: 'Subject: bob waits\r\n\r\nhi\r\n' };
      expect(await send(stranger, at('waiting'), 'a stranger waits')).to.equal('accepted');
      expect(await sendBy(server.smtp, { sender: at('bob'), ...byBob }, { login: loginOf('bob') })).to.equal(
        'accepted',
      );
      const notice = await eventually('the notice', async () => {
        await tool('postqueue', '-f');
        return (await mailOf(server, 'bob')).find((source) => source.includes('bob waits'));
      });
      expect(/^Return-Path: <(.*)>/m.exec(notice)?.[1]).to.equal('');
      expect(notice)
        .to.match(/^Subject: Your mail is still on its way/m)
        .and.match(/^Content-Type: multipart\/report/m);
      expect(notice).to.contain('come again later').and.contain('You need not send it again');
      expect(notice).to.match(/apr(è|=C3=A8)s/);

      const discardedNotice = await eventually('the notice for the stranger is discarded', async () => {
        await tool('postqueue', '-f');
        const log = await readFile(await mail.partition('mail1', 'var/log/postfix.log'), 'utf8');
        return /milter-discard: .* to=<Stranger@elsewhere\.example>/.exec(log)?.[0];
      });
      expect(discardedNotice).to.contain('from=<>');
      expect(world.received.filter(({ source }) => source.includes('a stranger waits'))).to.deep.equal([]);
    });

    it('is told to the account whose filter script forwards it', async () => {
      const script = 'if header :is "subject" "a forward waits" { redirect "busy@abroad.example"; stop; }\n';
      await activateScript(server.sieve, at('moved'), passwordOf('moved'), script);
      expect(await send(stranger, at('moved'), 'a forward waits')).to.equal('accepted');
      await eventually('the notice', async () => {
        await tool('postqueue', '-f');
        return (await mailOf(server, 'moved')).find(
          (source) => source.includes('a forward waits') && source.includes('You need not send it again'),
        );
      });
    });

    it('is returned to the stranger when it has waited for too long', async () => {
      await tool('postconf', '-e', 'maximal_queue_lifetime = 1s');
      expect(await tool('postfix', 'reload')).to.include({ exitCode: 0 });
      const bounce = await eventually('the bounce', async () => {
        await tool('postqueue', '-f');
        return world.received.find(
          ({ recipients, source }) => recipients.includes(stranger) && source.includes('a stranger waits'),
        );
      });
      await tool('postconf', '-X', 'maximal_queue_lifetime');
      expect(bounce.sender).to.equal('');
      expect(bounce.source).to.contain('Undelivered Mail Returned to Sender');
    });
  });

  describe('where forwarding is switched off', () => {
    before(async () => {
      await mail.request('mail1', parameters(false));
      await mail.requestAccount('mail1', 'outward', {
        kind: 'alias',
        address: at('outward'),
        destinations: ['x@abroad.example', at('bob')],
      });
      await mail.settle();
    });

    it('nothing leaves any more, by whichever way it did: what can stay here stays', async () => {
      for (const [name, keeper] of [
        ['team', 'bob'],
        ['moved', 'moved'],
        ['gone', 'gone'],
      ] as const) {
        expect(await send(stranger, at(name), `kept from ${name}`)).to.equal('accepted');
        expect(await returnPath(keeper, `kept from ${name}`)).to.equal(stranger);
      }
      expect(await send(stranger, at('left'), 'kept from left')).to.match(/^RCPT 550 5\.2\.1 /);
      // Later mail to other servers has left: what was to leave before it would have, too.
      const login = loginOf('bob');
      const letter = { recipients: ['friend@abroad.example'], message: 'Subject: a letter\r\n\r\nhi\r\n' };
      expect(await sendBy(server.smtp, { sender: at('bob'), ...letter }, { login })).to.equal('accepted');
      await abroad('friend@abroad.example', 'a letter');
      expect(world.received.filter(({ source }) => source.includes('kept from'))).to.deep.equal([]);
    });

    it('is said to those who ask for it, and to those who had it', async () => {
      const refused =
        /^forwarding_not_allowed: .* is on another server; ask the server's owner for "forwarding"$/;
      for (const name of ['outward', 'alias team', 'alias left'])
        expect((await mail.published(name))['error'], name).to.match(refused);
      for (const name of ['moved', 'gone'])
        expect((await mail.published(name))['refused-forward'], name).to.match(refused);
      // It never led anywhere.
      expect(await send(stranger, at('outward'))).to.match(/^RCPT 550 5\.2\.1 /);
    });
  });
});
