/** Who may send as what. */
import { expect } from 'chai';

import { selfSignedIdentity } from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { connectLines } from '../../support/system/line-client.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { openSmtp, sendAccepted } from '../../support/system/smtp.ts';
import {
  addresses,
  arrived,
  asMail1,
  attempt,
  foreign,
  hops,
  logIn,
  outside,
  type Subject,
  user1,
  user2,
} from './relayed-mail.ts';

const reply = /^\d{3} /;

export const senders: Subject = (relay) => {
  it('puts a stranger off, whom the node may not know yet, and tells it why', async () => {
    const { node1 } = relay();
    const identity = await selfSignedIdentity();
    const stranger = await attempt(node1.outbound, user1, user2, { from: outside });
    expect(stranger).to.match(/^RCPT 450 4\.7\.1 .*no domain is relayed for fd00:2::1; log in/);
    const withCertificate = await attempt(node1.outbound, user1, foreign, { from: outside, identity });
    expect(withCertificate).to.match(/^RCPT 450 4\.7\.1 .*no domain is relayed for this client certificate/);
  });

  it('gives a mail server no right from its address alone', async () => {
    const { mail1, node1 } = relay();
    const result = await attempt(node1.outbound, user1, user2, { from: mail1.smtp.host });
    expect(result).to.match(/^RCPT 450 .*no domain is relayed for/);
  });

  it('lets a mail server send as its own domain only', async () => {
    const { node1 } = relay();
    const own = await asMail1(relay());
    expect(await attempt(node1.outbound, user1, user2, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, foreign, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, foreign, { ...own, from: outside })).to.equal('accepted');
    for (const sender of ['out@world.example', 'testmail@sub.mail1.example.com']) {
      const mayCome = await attempt(node1.outbound, sender, user1, own);
      expect(mayCome, sender).to.match(/^RCPT 450 4\.7\.1 .*may send as/);
    }
    for (const sender of [
      user2,
      'Anybody@MAIL2.example.com',
      '"testmail@mail1.example.com"@mail2.example.com',
      'testmail@mail1.example.com@mail2.example.com',
    ]) {
      expect(await attempt(node1.outbound, sender, user1, own), sender).to.match(/^RCPT 5/);
    }
    const explained = await attempt(node1.outbound, user2, foreign, own);
    expect(explained).to.match(/you may send as also-mail1\S+, mail1\S+ only, not as mail2\.example\.com/);
  });

  it('lets no stranger deliver to a mail server past the relay', async () => {
    const { mail1, mail2 } = relay();
    const identity = await selfSignedIdentity();
    for (const options of [{ from: outside }, { from: mail2.smtp.host }]) {
      expect(await attempt(mail1.smtp, 'out@world.example', user1, options)).to.match(/^RCPT 5/);
    }
    const withCertificate = { from: outside, identity };
    expect(await attempt(mail1.smtp, 'out@world.example', user1, withCertificate)).to.match(
      /^RCPT 450 4\.7\.1/,
    );
  });

  it('takes AUTH only after STARTTLS, and no AUTH at all inbound', async () => {
    const { node1 } = relay();
    const plain = await connectLines(node1.outbound, outside);
    await plain.until(reply);
    expect(await plain.command('EHLO client.example', reply)).to.not.contain('AUTH');
    plain.close();
    const secured = await openSmtp(node1.outbound, { from: outside });
    expect(await secured.command('EHLO client.example', reply)).to.contain('AUTH PLAIN LOGIN');
    secured.close();
    const inbound = await openSmtp(node1.inbound, { from: outside });
    expect(await inbound.command('EHLO client.example', reply)).to.not.contain('AUTH');
    inbound.close();
  });

  it('lets a domain with a password send after it has logged in, as itself only', async () => {
    const { world, mail1, node1, node2 } = relay();
    const { 'outbound-user': user, 'outbound-password': password } = await world.published('by password');
    expect(user).to.equal('by-password.example');
    const login = { user: String(user), pass: String(password) };
    const own = { login, from: outside };
    const subject = await sendAccepted(node1.outbound, 'any@by-password.example', user1, own);
    expect(hops(await arrived(mail1, user1, subject))[0]).to.match(/with ESMTPSA/);
    expect(await attempt(node2.outbound, 'any@By-Password.example', user2, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, user2, own)).to.match(/^RCPT 5.*may send as by-password/);
    const noService = await attempt(node1.outbound, 'any@by-password.example', foreign, own);
    expect(noService).to.match(/^RCPT 450 .*by-password\.example has no delivery service here/);
    const toElsewhere = await attempt(node1.outbound, 'any@by-password.example', 'a@elsewhere.example', own);
    expect(toElsewhere).to.match(/^RCPT 554 .*by-password\.example has no delivery service here/);
    // Neither its address nor somebody else's certificate is a substitute for the password.
    const asAnother = { ...(await asMail1(relay())), from: outside };
    for (const options of [{ from: addresses.password.host }, asAnother]) {
      const result = await attempt(node1.outbound, 'any@by-password.example', user1, options);
      expect(result).to.match(/^RCPT [45]/);
    }
    const wrong = { from: outside, login: { ...login, pass: 'wrong' } };
    const failure = await openSmtp(node1.outbound, wrong).catch((error: Error) => error.message);
    expect(failure).to.match(/^535 /);
  });

  it('knows a domain without authentication by the address of its mail server', async () => {
    const { mail1, node1 } = relay();
    const own = { from: addresses.address.host };
    const subject = await sendAccepted(node1.outbound, 'any@by-address.example', user1, own);
    await arrived(mail1, user1, subject);
    expect(await attempt(node1.outbound, '', user1, own)).to.equal('accepted');
    expect(await attempt(node1.outbound, user1, user2, own)).to.match(/^RCPT 5.*may send as by-address/);
    for (const from of [outside, addresses.password.host]) {
      const stranger = await attempt(node1.outbound, 'any@by-address.example', user1, { from });
      expect(stranger).to.match(/^RCPT 4/);
    }
  });

  it('keeps the accounts of two senders at one delivery service apart', async () => {
    const { delivery, mail1, mail2 } = relay();
    const sent = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const [server, user] = index % 2 === 0 ? ([mail1, user1] as const) : ([mail2, user2] as const);
        return { user, subject: await sendAccepted(server.smtp, user, foreign, logIn(user)) };
      }),
    );
    for (const { user, subject } of sent) {
      const { sender, user: account } = await taken(delivery, subject);
      expect(sender).to.equal(user);
      expect(account).to.equal(user === user1 ? 'account-1' : 'account-2');
    }
    const named = delivery.received.filter(({ sender }) => sender !== '');
    const both = new Set(named.map(({ sender, user }) => `${sender} ${user}`));
    expect([...both]).to.have.members([`${user1} account-1`, `${user2} account-2`]);
  });
};
