/** Mail itself: IMAP, SMTP, ManageSieve and delivery, on a local node with real daemons; by subject also in mail/. */
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';

import { eventually } from '../support/system/eventually.ts';
import { connectLines } from '../support/system/line-client.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { endpointsOf, imapClient, type MailServer } from '../support/system/mail-server.ts';
import { activateAll, arrival, at, domain, loginOf, mailOf, passwordOf } from '../support/system/people.ts';
import { almostEnds, oneMessage, smuggle } from '../support/system/smuggling.ts';
import { deliver, openSmtp } from '../support/system/smtp.ts';
import { runTool } from '../support/system/watching.ts';
import { attempts, unknown } from './mail/attempts.ts';
import { accounts, from, header, ipv4, letterOf, stranger } from './mail/letters.ts';
import { manageSieve } from './mail/manage-sieve.ts';
import { sieveScripts } from './mail/sieve-scripts.ts';

const mebibyte = 1024 * 1024;

describe('mail', () => {
  let mail: MailNode;
  let server: MailServer;

  before(async () => {
    mail = await startMailNode({ ipv4 });
    await mail.request('mail1', {
      'mail-domains': [domain, 'second.example.com'],
      'inbound-relay': { enable: false },
      'email-size-limit': 1,
      'mailbox-size-limit': 1,
      'recipient-delimiter': '',
      'any-from': [at('carol')],
    });
    for (const name of accounts) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await activateAll(mail, accounts);
  });

  after(() => mail?.stop());

  describe('IMAP', () => {
    for (const host of ['::1', ipv4]) {
      it(`refuses logins before TLS from ${host === ipv4 ? 'elsewhere' : 'its own address'}`, async () => {
        const client = await connectLines({ ...server.imap, host });
        const greeting = await client.until(/^\* OK/);
        expect(greeting).to.contain('STARTTLS');
        if (host === ipv4) expect(greeting).to.contain('LOGINDISABLED').and.not.contain('AUTH=');
        const { user, pass } = loginOf('alice');
        expect(await client.command(`a LOGIN ${user} ${pass}`, /^a /)).to.match(/^a (NO|BAD)/m);
        const secret = Buffer.from(`\0${user}\0${pass}`).toString('base64');
        expect(await client.command(`b AUTHENTICATE PLAIN ${secret}`, /^b /)).to.match(/^b (NO|BAD)/m);
        expect(await client.command('c SELECT INBOX', /^c /)).to.match(/^c BAD/m);
        client.close();
      });
    }

    it('takes logins after STARTTLS, and by TLS from the start', async () => {
      for (const client of [
        imapClient(server.imap, at('alice'), passwordOf('alice'), false),
        imapClient(server.imaps, at('alice'), passwordOf('alice')),
      ]) {
        await client.connect();
        expect(client.secureConnection).to.equal(true);
        await client.logout();
      }
    });

    it('has the usual mailboxes with their uses, and no Junk until somebody makes it', async () => {
      const client = imapClient(server.imaps, at('alice'), passwordOf('alice'));
      await client.connect();
      const uses = async () =>
        new Map((await client.list()).map(({ path, specialUse }) => [path, specialUse ?? '']));
      expect(await uses())
        .to.include.keys('INBOX', 'Drafts', 'Sent', 'Trash')
        .and.not.include.keys('Junk');
      expect((await client.mailboxCreate('Junk')).created).to.equal(true);
      const all = await uses();
      expect([...['Drafts', 'Junk', 'Sent', 'Trash']].map((name) => all.get(name))).to.deep.equal([
        '\\Drafts',
        '\\Junk',
        '\\Sent',
        '\\Trash',
      ]);
      await client.logout();
    });

    it('appends, searches and moves messages', async () => {
      const client = imapClient(server.imaps, at('alice'), passwordOf('alice'));
      await client.connect();
      expect(client.capabilities.has('MOVE'), 'MOVE').to.equal(true);
      for (const subject of ['needle', 'hay']) {
        await client.append(
          'INBOX',
          `From: ${stranger}\r\nSubject: ${subject}\r\n\r\ntext of ${subject}\r\n`,
        );
      }
      await client.mailboxOpen('INBOX');
      expect(await client.search({ subject: 'needle' })).to.have.lengthOf(1);
      expect(await client.search({ body: 'text of hay' })).to.have.lengthOf(1);
      await client.messageMove({ subject: 'needle' }, 'Trash');
      expect(await client.search({ subject: 'needle' })).to.have.lengthOf(0);
      await client.mailboxOpen('Trash');
      expect(await client.search({ subject: 'needle' })).to.have.lengthOf(1);
      await client.logout();
    });
  });

  describe('SMTP', () => {
    it('takes a message from strangers without TLS, and offers logins with TLS only', async () => {
      const client = await connectLines(server.smtp);
      const reply = /^\d{3} /;
      await client.until(reply);
      const offered = await client.command('EHLO client.example', reply);
      expect(offered).to.contain('STARTTLS').and.not.contain('AUTH');
      const letter = { recipients: [at('bob')], message: 'Subject: in plain text\r\n\r\nhi\r\n' };
      expect(await deliver(client, { sender: stranger, ...letter })).to.equal('accepted');
      expect(await deliver(client, { sender: at('alice'), ...letter })).to.match(/^RCPT 5/);
      await client.command('RSET', reply);
      const { user, pass } = loginOf('alice');
      const secret = Buffer.from(`\0${user}\0${pass}`).toString('base64');
      expect(await client.command(`AUTH PLAIN ${secret}`, reply)).to.match(/^5/);
      await client.command('STARTTLS', reply);
      await client.secure();
      const afterTls = await client.command('EHLO client.example', reply);
      expect(afterTls)
        .to.match(/^250.AUTH .*PLAIN.*/m)
        .and.match(/^250.AUTH .*LOGIN.*/m);
      expect(afterTls).to.not.contain('STARTTLS');
      client.close();
      await arrival(server, 'bob', 'in plain text');
    });

    for (const [who, sender, recipient, result, title] of attempts) {
      it(`${title}: ${who ?? 'nobody'}, <${sender}> to <${recipient}>`, async () => {
        expect(await from(server, who, { sender, recipients: [recipient] })).to.match(result);
      });
    }

    it('goes on with the other recipients after it refused one', async () => {
      const client = await openSmtp(server.smtp, { login: loginOf('alice') });
      expect(await deliver(client, { sender: at('alice'), recipients: [at('nobody')] })).to.match(unknown);
      const answer = await client.command(`RCPT TO:<${at('bob')}>`, /^\d{3} /);
      expect(answer).to.match(/^250 /);
      client.close();
    });

    it('works with an ordinary mail library, and tells it that all recipients were refused', async () => {
      const transport = createTransport({
        host: server.smtp.host,
        port: server.smtp.port,
        requireTLS: true,
        tls: { rejectUnauthorized: false },
        auth: loginOf('alice'),
      });
      const letter = { subject: 'by a library', text: 'grüße', attachments: [{ content: 'x'.repeat(1000) }] };
      const sent = await transport.sendMail({ from: at('alice'), to: at('bob'), ...letter });
      expect(sent.accepted).to.deep.equal([at('bob')]);
      const failure: unknown = await transport.sendMail({ from: at('bob'), to: at('carol'), ...letter }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.include({ command: 'RCPT TO' });
      expect((failure as Error).message).to.contain('all recipients were rejected');
      transport.close();
      const received = await arrival(server, 'bob', 'by a library');
      expect((await PostalMime.parse(received)).text).to.contain('grüße');
    });

    const submit =
      (who: string, headers: string, sender = at(who)) =>
      (subject: string) =>
        from(server, who, {
          sender,
          recipients: [at('bob')],
          message: `${headers}\r\nSubject: ${subject}\r\n\r\nhi\r\n`,
        });
    const ceo = 'From: The CEO <ceo@bank.example>';

    it('lets an account bear its own name only, at the end of the message', async () => {
      expect(await submit('dave', ceo)('in the name of the CEO')).to.match(
        /^END 550 5\.7\.1 dave@.* may not send with ceo@bank\.example in the From header/,
      );
      expect(await submit('dave', `From: ${at('alice')}`)('in the name of alice')).to.match(
        /^END 550 5\.7\.1 /,
      );
      expect(await submit('dave', `From: ${at('dave')}\r\n${ceo}`)('in two names')).to.match(
        /^END 550 5\.7\.1 /,
      );
      await letterOf(
        server,
        'bob',
        'in the own name',
        submit('dave', `From: "ceo@bank.example" <${at('Dave')}>`),
      );
    });

    it('lets an account that is named for it bear any name, and strangers theirs', async () => {
      await letterOf(server, 'bob', 'from a list', submit('carol', ceo));
      await letterOf(server, 'bob', 'from the CEO', (subject) =>
        from(server, null, {
          sender: stranger,
          recipients: [at('bob')],
          message: `${ceo}\r\nSubject: ${subject}\r\n\r\nhi\r\n`,
        }),
      );
    });

    it('takes a receipt without a sender from whose name it bears', async () => {
      const type = 'Content-Type: multipart/report; report-type=disposition-notification; boundary=x';
      const read = await letterOf(
        server,
        'bob',
        'read',
        submit('dave', `From: ${at('dave')}\r\n${type}`, ''),
      );
      expect(header(read, 'return-path')).to.equal('<>');
      for (const headers of [type, `${ceo}\r\n${type}`, `From: ${at('dave')}`])
        expect(await submit('dave', headers, '')('read by another'), headers).to.match(/^END 550 5\.7\.1 /);
    });

    it('brings mail for postmaster and abuse of every domain to the first account', async () => {
      for (const recipient of [at('postmaster'), 'abuse@second.example.com', 'PostMaster']) {
        await letterOf(server, accounts[0] ?? '', `for ${recipient}`, (subject) =>
          from(server, null, {
            sender: stranger,
            recipients: [recipient],
            message: `Subject: ${subject}\r\n\r\nhi\r\n`,
          }),
        );
      }
    });

    it('adds From, Date and Message-ID to what an account submits without them', async () => {
      const message = await letterOf(server, 'bob', 'bare', (subject) =>
        from(server, 'alice', {
          sender: at('alice'),
          recipients: [at('bob')],
          message: `Subject: ${subject}\r\n\r\nhi\r\n`,
        }),
      );
      expect(message.from?.address).to.equal(at('alice'));
      expect(Math.abs(Date.parse(message.date ?? '') - Date.now())).to.be.lessThan(300_000);
      expect(message.messageId).to.match(/^<[^@ ]+@[^@ ]+>$/);
      expect(header(message, 'return-path')).to.equal(`<${at('alice')}>`);
    });

    it('refuses messages above the size limit with 552, announced or not, and takes those below', async () => {
      const client = await openSmtp(server.smtp, { login: loginOf('dave') });
      const announced = `MAIL FROM:<${at('dave')}> SIZE=${mebibyte + 1}`;
      const words = /552 5\.3\.4 .*; a message may have 1 MiB, which is 0\.7 MiB of attachments/;
      expect(await client.command(announced, /^\d{3} /)).to.match(words);
      client.close();
      const sized = (bytes: number) => `Subject: big\r\n\r\n${`${'x'.repeat(62)}\r\n`.repeat(bytes / 64)}`;
      const sender = at('dave');
      const recipients = [at('dave')];
      expect(await from(server, 'dave', { sender, recipients, message: sized(mebibyte) })).to.match(words);
      expect(await from(server, null, { sender: stranger, recipients, message: sized(mebibyte) })).to.match(
        words,
      );
      expect(await from(server, 'dave', { sender, recipients, message: sized(mebibyte * 0.9) })).to.equal(
        'accepted',
      );
    });

    it('refuses mail for a full mailbox at RCPT with 552, and takes it again when there is room', async () => {
      const client = imapClient(server.imaps, at('full'), passwordOf('full'));
      await client.connect();
      const filling = `Subject: filling\r\n\r\n${`${'x'.repeat(62)}\r\n`.repeat(mebibyte / 64)}`;
      await client.append('INBOX', filling.slice(0, mebibyte));
      const toFull = (who: string | null, sender: string) =>
        from(server, who, { sender, recipients: [at('full')] });
      const full = /^RCPT 552 5\.2\.2 .*Mailbox is full/;
      expect(await toFull(null, stranger)).to.match(full);
      expect(await toFull('alice', at('alice'))).to.match(full);
      expect(await from(server, null, { sender: stranger, recipients: [at('bob')] })).to.equal('accepted');

      await client.mailboxOpen('INBOX');
      await client.messageDelete({ all: true });
      // Nobody says the size beforehand: it is known at the end.
      await client.append('INBOX', filling.slice(0, mebibyte / 2));
      const message = `Subject: half\r\n${filling.slice(0, mebibyte * 0.6)}\r\n`;
      const atEnd = /^END 552 5\.2\.2 .*Mailbox is full/;
      for (const who of [null, 'alice']) {
        const sender = who === null ? stranger : at(who);
        expect(await from(server, who, { sender, recipients: [at('full')], message })).to.match(atEnd);
      }
      const several = { sender: stranger, recipients: [at('full'), at('carol')], message };
      expect(await from(server, null, several)).to.equal('accepted');
      await arrival(server, 'carol', 'Subject: half');
      await client.mailboxOpen('INBOX');
      await client.messageDelete({ all: true });
      expect(await toFull(null, stranger)).to.equal('accepted');
      await client.logout();
    });

    it('keeps mail for an account that Postfix knows and Dovecot does not yet', async () => {
      const partition = await mail.partition('mail1');
      const users = join(partition, 'srv/ledger/current/users');
      const known = await readFile(users, 'utf8');
      const time = (await stat(users)).mtimeMs / 1000;
      // Dovecot looks at whole seconds.
      const write = async (text: string, later: number) => {
        await writeFile(users, text);
        await utimes(users, time + later, time + later);
      };
      const isKnown = async () =>
        (await runTool(mail, partition, 'doveadm', 'user', at('bob'))).exitCode === 0;
      const others = known.split('\n').filter((line) => !line.startsWith(`${at('bob')}:`));
      await write(others.join('\n'), 1);
      try {
        await eventually('Dovecot has looked', async () => !(await isKnown()));
        const message = 'Subject: before its time\r\n\r\nhi\r\n';
        expect(await from(server, null, { sender: stranger, recipients: [at('bob')], message })).to.equal(
          'accepted',
        );
        await eventually('it waits', async () =>
          (await runTool(mail, partition, 'mailq')).output.includes('User doesn'),
        );
      } finally {
        await write(known, 2);
      }
      await eventually('Dovecot has looked again', isKnown);
      await runTool(mail, partition, 'postqueue', '-f');
      await arrival(server, 'bob', 'Subject: before its time');
    });

    for (const [name, end] of Object.entries(almostEnds)) {
      it(`lets nobody smuggle a second message behind ${name}`, async () => {
        const subject = `smuggling by ${name}`;
        const client = await openSmtp(server.smtp);
        const letter = { sender: stranger, recipient: at('bob'), subject, hiddenSender: at('alice') };
        expect(await smuggle(client, letter, end)).to.match(oneMessage);
        // One answer says it already; a message that was hidden would be there before this later one.
        await letterOf(server, 'bob', `after ${subject}`, (later) =>
          from(server, null, {
            sender: stranger,
            recipients: [at('bob')],
            message: `Subject: ${later}\r\n\r\n`,
          }),
        );
        const all = await mailOf(server, 'bob');
        const [outer, ...others] = all.filter((text) => text.includes(`Subject: ${subject}\r\n`));
        expect(outer).to.contain('outer').and.contain('inner');
        expect(others).to.deep.equal([]);
        expect(
          all.filter((text) => /^Subject: smuggled/m.test(text.split(/\r?\n\r?\n/)[0] ?? '')),
        ).to.deep.equal([]);
      });
    }
  });

  describe('ManageSieve', () => manageSieve(() => server));

  describe('sieve', () => sieveScripts(() => server));
});
