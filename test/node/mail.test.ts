/** Mail itself: IMAP, SMTP, ManageSieve and delivery, on a local node with real daemons. */
import { expect } from 'chai';
import { createTransport } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';

import { eventually } from '../support/node/eventually.ts';
import { connectLines } from '../support/node/line-client.ts';
import { type MailNode, startMailNode } from '../support/node/mail-node.ts';
import {
  activate,
  endpointsOf,
  imapClient,
  type MailServer,
  messagesOf,
} from '../support/node/mail-server.ts';
import { activateScript, openSieve, sieveReply } from '../support/node/sieve.ts';
import { deliver, type Envelope, openSmtp, sendBy } from '../support/node/smtp.ts';

const domain = 'mail1.example.com';
const at = (local: string) => `${local}@${domain}`;
const accounts = ['alice', 'bob', 'carol', 'dave', 'full'];
const passwordOf = (name: string) => `${name}-secret`;
const loginOf = (name: string) => ({ user: at(name), pass: passwordOf(name) });
const stranger = 'stranger@elsewhere.example';
const mebibyte = 1024 * 1024;
/** Of the server; a client on 127.0.0.1 has another one, so that it does not count as the server itself. */
const ipv4 = '127.82.0.25';

/** Who sends, envelope sender, recipient, what comes of it. `null`: without logging in. */
type Attempt = [who: string | null, sender: string, recipient: string, result: RegExp, title: string];

const accepted = /^accepted$/;
const refused = /^RCPT 5/;
const unknown = /^RCPT 550 5\.1\.1 /;

const attempts: Attempt[] = [
  ['dave', at('dave'), at('bob'), accepted, 'lets an account send as itself'],
  ['dave', at('DAVE'), at('bob'), accepted, 'lets an account send as itself in capitals'],
  ['dave', at('dave'), at('BOB'), accepted, 'finds a recipient in capitals'],
  ['dave', at('dave'), 'someone@elsewhere.invalid', accepted, 'lets an account write to other servers'],
  ['dave', at('dave'), at('nobody'), unknown, 'tells an account about an unknown recipient'],
  ['dave', at('alice'), at('bob'), refused, 'keeps an account from sending as another'],
  ['dave', at('nobody'), at('bob'), refused, 'keeps an account from sending as a name that does not exist'],
  [
    'dave',
    at('dave+news'),
    at('bob'),
    refused,
    'keeps an account from sending with a tag where there are none',
  ],
  [
    'dave',
    'dave@second.example.com',
    at('bob'),
    refused,
    'keeps an account from using another hosted domain',
  ],
  ['dave', stranger, at('bob'), refused, 'keeps an account from sending as a foreign address'],
  ['dave', `dave@sub.${domain}`, at('bob'), refused, 'keeps an account from using a subdomain'],
  ['dave', '', at('bob'), refused, 'keeps an account from sending without a sender'],
  ['dave', '"dave"', at('bob'), refused, 'keeps an account from sending without a domain'],
  [null, stranger, at('bob'), accepted, 'takes mail from outside'],
  [null, stranger, at('BoB').toUpperCase(), accepted, 'takes mail from outside for a recipient in capitals'],
  [null, stranger, at('"bob"'), accepted, 'takes mail for a quoted local part, which is the same mailbox'],
  [null, '', at('bob'), accepted, 'takes bounces'],
  [null, stranger, at('nobody'), unknown, 'refuses unknown recipients from outside'],
  [null, stranger, at('bob+news'), unknown, 'knows no tags where they are switched off'],
  [null, stranger, 'bob@second.example.com', unknown, 'keeps the names of hosted domains apart'],
  [null, stranger, 'bob@mail1', refused, 'has no mailbox under its host name'],
  [null, stranger, 'someone@elsewhere.example', refused, 'relays for nobody'],
  [null, '', 'someone@elsewhere.example', refused, 'relays no bounces'],
  [null, stranger, `bob@sub.${domain}`, refused, 'takes nothing for a subdomain'],
  [null, stranger, 'someone%elsewhere.example@mail1.example.com', refused, 'knows no percent hack'],
  [null, stranger, '"someone@elsewhere.example"@mail1.example.com', refused, 'relays for no quoted address'],
  [
    null,
    stranger,
    'someone@elsewhere.example@mail1.example.com',
    refused,
    'relays for no address with two @',
  ],
  [null, stranger, '@mail1.example.com:someone@elsewhere.example', refused, 'relays along no source route'],
  [null, stranger, 'elsewhere.example!someone@mail1.example.com', refused, 'knows no bang path'],
  [null, stranger, 'bob', refused, 'wants a domain'],
  [null, stranger, 'bob@[127.0.0.1]', refused, 'takes no address literal'],
  [null, stranger, 'delivery@promise.invalid', refused, 'keeps its internal address closed'],
  [null, at('alice'), at('bob'), refused, 'keeps strangers from sending as an account'],
  [null, at('Alice'), at('bob'), refused, 'keeps strangers from sending as an account in capitals'],
  [null, at('"alice"'), at('bob'), refused, 'keeps strangers from sending as a quoted account'],
  [null, '@elsewhere.example:alice@mail1.example.com', at('bob'), refused, 'nor behind a source route'],
  [null, 'alice@mail1.example.com.', at('bob'), refused, 'nor with a dot at the end'],
];

describe('mail', function () {
  this.timeout(60_000);
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
    });
    for (const name of accounts) await mail.requestAccount('mail1', name, { address: at(name) });
    await mail.settle();
    server = endpointsOf(await mail.published('mail1'));
    await Promise.all(accounts.map((name) => activate(mail, 'mail1', name, passwordOf(name))));
  });

  after(() => mail?.stop());

  const inbox = (name: string, mailbox = 'INBOX') => messagesOf(server, at(name), passwordOf(name), mailbox);

  /** Sends with a subject of its own and gives the message as `reader` finds it. */
  async function arrival(
    reader: string,
    subject: string,
    send: (subject: string) => Promise<string>,
    mailbox = 'INBOX',
  ): Promise<Email & { source: string }> {
    expect(await send(subject)).to.equal('accepted');
    const source = await eventually(`"${subject}" in ${mailbox} of ${reader}`, async () =>
      (await inbox(reader, mailbox)).find((text) => text.includes(`Subject: ${subject}`)),
    );
    return { ...(await PostalMime.parse(source)), source };
  }

  const from = (name: string | null, envelope: Envelope) =>
    sendBy(server.smtp, envelope, name === null ? {} : { login: loginOf(name) });
  const header = ({ headers }: Email, key: string) => headers.find((one) => one.key === key)?.value;

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
    it('wants TLS before a message, and offers logins only then', async () => {
      const client = await connectLines(server.smtp);
      const reply = /^\d{3} /;
      await client.until(reply);
      const offered = await client.command('EHLO client.example', reply);
      expect(offered).to.contain('STARTTLS').and.not.contain('AUTH');
      expect(await client.command('MAIL FROM:<a@b.example>', reply)).to.match(/^530 /);
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
    });

    for (const [who, sender, recipient, result, title] of attempts) {
      it(`${title}: ${who ?? 'nobody'}, <${sender}> to <${recipient}>`, async () => {
        expect(await from(who, { sender, recipients: [recipient] })).to.match(result);
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
      const received = await eventually('arrival', async () =>
        (await inbox('bob')).find((text) => text.includes('by a library')),
      );
      expect((await PostalMime.parse(received)).text).to.contain('grüße');
    });

    it('adds From, Date and Message-ID to what an account submits without them', async () => {
      const message = await arrival('bob', 'bare', (subject) =>
        from('alice', {
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
      expect(await client.command(announced, /^\d{3} /)).to.match(/^552 /);
      client.close();
      const sized = (bytes: number) => `Subject: big\r\n\r\n${`${'x'.repeat(62)}\r\n`.repeat(bytes / 64)}`;
      const sender = at('dave');
      const recipients = [at('dave')];
      expect(await from('dave', { sender, recipients, message: sized(mebibyte) })).to.match(/^END 552 /);
      expect(await from(null, { sender: stranger, recipients, message: sized(mebibyte) })).to.match(
        /^END 552 /,
      );
      expect(await from('dave', { sender, recipients, message: sized(mebibyte * 0.9) })).to.equal('accepted');
    });

    it('refuses mail for a full mailbox at RCPT with 552, and takes it again when there is room', async () => {
      const client = imapClient(server.imaps, at('full'), passwordOf('full'));
      await client.connect();
      const filling = `Subject: filling\r\n\r\n${`${'x'.repeat(62)}\r\n`.repeat(mebibyte / 64)}`;
      await client.append('INBOX', filling.slice(0, mebibyte));
      const toFull = (who: string | null, sender: string) => from(who, { sender, recipients: [at('full')] });
      const full = /^RCPT 552 5\.2\.2 .*Mailbox is full/;
      expect(await toFull(null, stranger)).to.match(full);
      expect(await toFull('alice', at('alice'))).to.match(full);
      expect(await from(null, { sender: stranger, recipients: [at('bob')] })).to.equal('accepted');

      await client.mailboxOpen('INBOX');
      await client.messageDelete({ all: true });
      expect(await toFull(null, stranger)).to.equal('accepted');
      await client.logout();
    });

    for (const [name, end] of Object.entries({
      'LF . LF': '\n.\n',
      'LF . CRLF': '\n.\r\n',
      'CRLF . LF': '\r\n.\n',
      'CR . CR': '\r.\r',
      'CR . CRLF': '\r.\r\n',
      'CRLF . CR': '\r\n.\r',
    })) {
      it(`lets nobody smuggle a second message behind ${name}`, async () => {
        const marker = `smuggling by ${name}`;
        const client = await openSmtp(server.smtp);
        const hidden = ['MAIL FROM:<alice@mail1.example.com>', `RCPT TO:<${at('bob')}>`, 'DATA'];
        const reply = /^\d{3} /;
        await client.command(`MAIL FROM:<${stranger}>`, reply);
        await client.command(`RCPT TO:<${at('bob')}>`, reply);
        await client.command('DATA', reply);
        client.write(`Subject: ${marker}\r\n\r\nouter${end}${hidden.join('\r\n')}\r\n`);
        client.write(`Subject: inner of ${marker}\r\n\r\ninner\r\n.\r\n`);
        const answer = await client.until(reply);
        const next = await client.command('NOOP', reply).catch(() => 'hung up');
        client.close();
        const known = (
          await eventually('delivery of a later message', async () => {
            await from(null, {
              sender: stranger,
              recipients: [at('bob')],
              message: `Subject: after ${marker}\r\n\r\n`,
            });
            const all = await inbox('bob');
            return all.some((text) => text.includes(`Subject: after ${marker}`)) && all;
          })
        ).filter((text) => text.includes(marker) && !text.includes(`after ${marker}`));
        expect(answer).to.match(/^250 /);
        expect(known, 'one message').to.have.lengthOf(1);
        expect(known[0]).to.contain('outer').and.contain('inner');
        expect(next, 'nothing left to answer').to.match(/^250 /);
      });
    }
  });

  describe('ManageSieve', () => {
    it('follows the dialogue that requesters know', async () => {
      const client = await connectLines(server.sieve);
      const greeting = await client.until(sieveReply);
      expect(greeting)
        .to.match(/^"IMPLEMENTATION" /m)
        .and.match(/^"STARTTLS"\r$/m);
      expect(greeting).to.match(/^OK/m);
      expect(await client.command('STARTTLS', sieveReply)).to.match(/^OK/);
      await client.secure();
      const capabilities = await client.until(sieveReply);
      expect(capabilities)
        .to.match(/^"SASL" ".*PLAIN.*"\r$/m)
        .and.match(/^OK[^\n]*\n$/m);
      const secret = Buffer.from(`\0${at('carol')}\0${passwordOf('carol')}`).toString('base64');
      expect(await client.command(`AUTHENTICATE "PLAIN" "${secret}"`, sieveReply)).to.match(/^OK/m);
      const script = 'require ["fileinto"];\r\nkeep;\r\n';
      const put = `PUTSCRIPT "main" {${script.length}+}\r\n${script}`;
      expect(await client.command(put, sieveReply)).to.match(/^OK/);
      expect(await client.command('SETACTIVE "main"', sieveReply)).to.match(/^OK/);
      expect(await client.command('LISTSCRIPTS', sieveReply)).to.match(/^"main" ACTIVE\r$/m);
      expect(await client.command('SETACTIVE ""', sieveReply)).to.match(/^OK/);
      expect(await client.command('LISTSCRIPTS', sieveReply)).to.match(/^"main"\r$/m);
      expect(await client.command('LOGOUT', sieveReply)).to.match(/^OK/);
      client.close();
    });

    for (const host of ['::1', ipv4]) {
      it(`refuses logins before TLS from ${host === ipv4 ? 'elsewhere' : 'its own address'}`, async () => {
        const client = await connectLines({ ...server.sieve, host });
        const greeting = await client.until(sieveReply);
        if (host === ipv4) expect(greeting).to.match(/^"SASL" ""\r$/m);
        const secret = Buffer.from(`\0${at('carol')}\0${passwordOf('carol')}`).toString('base64');
        expect(await client.command(`AUTHENTICATE "PLAIN" "${secret}"`, sieveReply)).to.match(/^NO/m);
        client.close();
      });
    }

    it('refuses a script with an error and says where it is', async () => {
      const client = await openSieve(server.sieve, at('carol'), passwordOf('carol'));
      const script = 'keep;\r\nnonsense "x";\r\n';
      const answer = await client.command(
        `PUTSCRIPT "bad" {${script.length}+}\r\n${script}`,
        /^(OK|NO|[^{]*\)?\r?$)/,
      );
      expect(answer).to.match(/^NO/);
      client.close();
    });
  });

  describe('sieve', () => {
    const script = (text: string) => activateScript(server.sieve, at('carol'), passwordOf('carol'), text);

    it('files, flags and marks messages with all the extensions that requesters use', async () => {
      await script(`require ["editheader", "variables", "envelope", "fileinto", "imap4flags", "copy", "regex"];
if allof(envelope :is "from" "${stranger}", header :regex "subject" "^order ([0-9]+)$") {
  set "number" "\${1}";
  addheader "X-Order" "number \${number}";
  setflag "\\\\Flagged";
  fileinto :copy :flags "\\\\Seen" "Orders";
}
`);
      const send = (subject: string) =>
        from(null, {
          sender: stranger,
          recipients: [at('carol')],
          message: `Subject: ${subject}\r\n\r\nhi\r\n`,
        });
      const filed = await arrival('carol', 'order 4711', send, 'Orders');
      expect(header(filed, 'x-order')).to.equal('number 4711');
      const kept = await arrival('carol', 'order 4712', send);
      expect(header(kept, 'return-path')).to.equal(`<${stranger}>`);
      const client = imapClient(server.imaps, at('carol'), passwordOf('carol'));
      await client.connect();
      await client.mailboxOpen('Orders');
      expect(await client.search({ seen: true })).to.have.lengthOf(2);
      await client.mailboxOpen('INBOX');
      expect(await client.search({ flagged: true, subject: 'order' })).to.have.lengthOf(2);
      await client.logout();
    });

    it('forwards as the forwarding account, and header changes survive', async () => {
      await script(`require ["editheader", "variables", "envelope"];
if envelope :matches "to" "*" { set "me" "\${1}"; }
if header :matches "from" "*" { set "author" "\${1}"; }
addheader :last "X-Forwarded-For" "\${me} ${at('bob')}";
addheader :last "X-Forwarded-To" "${at('bob')}";
addheader "Reply-To" "\${author}";
deleteheader "From";
addheader "From" "Carol <\${me}>";
deleteheader "X-Secret";
redirect "${at('bob')}";
`);
      const message = await arrival('bob', 'to be forwarded', (subject) =>
        from('alice', {
          sender: at('alice'),
          recipients: [at('carol')],
          // Without From: the script reads the one that was added at submission.
          message: `Subject: ${subject}\r\nX-Secret: for carol only\r\nX-Kept: yes\r\n\r\nhi\r\n`,
        }),
      );
      expect(header(message, 'return-path')).to.equal(`<${at('carol')}>`);
      expect(header(message, 'x-forwarded-for')).to.equal(`${at('carol')} ${at('bob')}`);
      expect(header(message, 'x-forwarded-to')).to.equal(at('bob'));
      expect(message.replyTo?.map(({ address }) => address)).to.deep.equal([at('alice')]);
      expect(message.from).to.deep.include({ name: 'Carol', address: at('carol') });
      expect(message.headers.filter(({ key }) => key === 'from')).to.have.lengthOf(1);
      expect(header(message, 'x-kept')).to.equal('yes');
      expect(message.source).to.not.contain('for carol only');
      expect((await inbox('carol')).filter((text) => text.includes('to be forwarded'))).to.deep.equal([]);
    });

    it('forwards a copy from outside with the forwarding account as envelope sender', async () => {
      await script(`require ["copy"];\nredirect :copy "${at('bob')}";\n`);
      const send = (subject: string) =>
        from(null, {
          sender: stranger,
          recipients: [at('carol')],
          message: `From: Stranger <${stranger}>\r\nSubject: ${subject}\r\n\r\nhi\r\n`,
        });
      const message = await arrival('bob', 'copied', send);
      expect(header(message, 'return-path')).to.equal(`<${at('carol')}>`);
      expect(message.from?.address).to.equal(stranger);
      expect((await inbox('carol')).filter((text) => text.includes('Subject: copied'))).to.have.lengthOf(1);
    });

    it('delivers as ever when a script fails at run time', async () => {
      await script(`require ["fileinto", "variables"];\nset "name" "a/../../b";\nfileinto "\${name}";\n`);
      const message = await arrival('carol', 'odd folder', (subject) =>
        from(null, {
          sender: stranger,
          recipients: [at('carol')],
          message: `Subject: ${subject}\r\n\r\nhi\r\n`,
        }),
      );
      expect(message.subject).to.equal('odd folder');
    });
  });
});
