/** What people's own scripts may do with their mail. */
import { expect } from 'chai';

import { imapClient, type MailServer } from '../../support/system/mail-server.ts';
import { at, mailOf, passwordOf } from '../../support/system/people.ts';
import { activateScript } from '../../support/system/sieve.ts';
import { from, header, letterOf, stranger } from './letters.ts';

export const sieveScripts = (server: () => MailServer): void => {
  const script = (text: string) => activateScript(server().sieve, at('carol'), passwordOf('carol'), text);

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
      from(server(), null, {
        sender: stranger,
        recipients: [at('carol')],
        message: `Subject: ${subject}\r\n\r\nhi\r\n`,
      });
    const filed = await letterOf(server(), 'carol', 'order 4711', send, 'Orders');
    expect(header(filed, 'x-order')).to.equal('number 4711');
    const kept = await letterOf(server(), 'carol', 'order 4712', send);
    expect(header(kept, 'return-path')).to.equal(`<${stranger}>`);
    const client = imapClient(server().imaps, at('carol'), passwordOf('carol'));
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
    const message = await letterOf(server(), 'bob', 'to be forwarded', (subject) =>
      from(server(), 'alice', {
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
    expect(
      (await mailOf(server(), 'carol')).filter((text) => text.includes('to be forwarded')),
    ).to.deep.equal([]);
  });

  it('forwards a copy from outside with the forwarding account as envelope sender', async () => {
    await script(`require ["copy"];\nredirect :copy "${at('bob')}";\n`);
    const send = (subject: string) =>
      from(server(), null, {
        sender: stranger,
        recipients: [at('carol')],
        message: `From: Stranger <${stranger}>\r\nSubject: ${subject}\r\n\r\nhi\r\n`,
      });
    const message = await letterOf(server(), 'bob', 'copied', send);
    expect(header(message, 'return-path')).to.equal(`<${at('carol')}>`);
    expect(message.from?.address).to.equal(stranger);
    expect(
      (await mailOf(server(), 'carol')).filter((text) => text.includes('Subject: copied')),
    ).to.have.lengthOf(1);
  });

  it('delivers as ever when a script fails at run time', async () => {
    await script(`require ["fileinto", "variables"];\nset "name" "a\u0007b";\nfileinto "\${name}";\n`);
    const message = await letterOf(server(), 'carol', 'odd folder', (subject) =>
      from(server(), null, {
        sender: stranger,
        recipients: [at('carol')],
        message: `Subject: ${subject}\r\n\r\nhi\r\n`,
      }),
    );
    expect(message.subject).to.equal('odd folder');
  });
};
