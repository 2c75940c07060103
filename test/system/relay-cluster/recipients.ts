/** Whom mail may be for, and mail servers that are not as they should be. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { openSmtp, sendAccepted } from '../../support/system/smtp.ts';
import { servedBySmtp } from '../../support/system/watching.ts';
import { arrived, attempt, foreign, logIn, outside, type Subject, user1, user2 } from './relayed-mail.ts';

/** Envelope sender, recipient, result, title. */
type Attempt = [sender: string, recipient: string, result: RegExp, title: string];

const refused = /^RCPT 5/;
/** The node may not know the domain yet. */
const putOff = /^RCPT 454 4\.7\.1 /;
const attemptsFromOutside: Attempt[] = [
  ['out@world.example', user1, /^accepted$/, 'takes mail for a relayed domain'],
  ['out@world.example', user1.toUpperCase(), /^accepted$/, 'takes it in capitals'],
  ['', user1, /^accepted$/, 'takes bounces'],
  ['out@world.example', 'postmaster@mail1.example.com', /^accepted$/, 'takes mail for a postmaster'],
  ['out@world.example', 'abuse@also-mail1.example.com', /^accepted$/, 'takes mail for abuse of each domain'],
  ['out@sub.mail2.example.com', user1, /^accepted$/, 'takes mail from a name below a relayed domain'],
  [
    'out@world.example',
    'nobody@mail1.example.com',
    /^RCPT 550 5\.1\.[01] .*does not know/,
    'refuses unknown recipients',
  ],
  ['out@world.example', 'nobody@sub.mail1.example.com', putOff, 'takes nothing for a name below a domain'],
  ['anybody@mail2.example.com', user1, refused, 'refuses a forged sender of a relayed domain'],
  ['Anybody@MAIL2.Example.Com', user1, refused, 'refuses a forged sender in capitals'],
  ['testmail@mail1.example.com', user1, refused, 'refuses a forged sender of the same domain'],
  ['"anybody"@mail2.example.com', user1, refused, 'refuses a forged sender in quotes'],
  ['anybody@mail2.example.com.', user1, refused, 'refuses a forged sender with a dot at the end'],
  ['@world.example:anybody@mail2.example.com', user1, refused, 'refuses a forged sender behind a route'],
  ['out@world.example', foreign, putOff, 'is no open relay'],
  ['', foreign, putOff, 'is no open relay for bounces'],
  [user1, foreign, refused, 'is no open relay for senders of relayed domains'],
  ['out@world.example', 'someone%foreign.example@mail1.example.com', refused, 'knows no percent hack'],
  ['out@world.example', '"someone@foreign.example"@mail1.example.com', refused, 'relays no quoted address'],
  ['out@world.example', 'someone@foreign.example@mail1.example.com', refused, 'relays no address with two @'],
  ['out@world.example', '@mail1.example.com:someone@foreign.example', putOff, 'follows no source route'],
  ['out@world.example', 'foreign.example!someone@mail1.example.com', refused, 'knows no bang path'],
  ['out@world.example', 'someone@[fd00:2::1]', refused, 'takes no address literal'],
];

export const recipients: Subject = (relay) => {
  it('brings mail for the postmaster of each node to whoever runs the cluster, and knows no other name there', async () => {
    const { node1, node2, mail1 } = relay();
    // The second node greylists; nothing is asked about a postmaster without a domain.
    for (const [node, named] of [
      [node1, ['postmaster@mx1.relay.example', 'Abuse@mx1.relay.example']],
      [node2, []],
    ] as const)
      for (const recipient of ['postmaster', 'PostMaster', ...named]) {
        const subject = await sendAccepted(node.inbound, 'out@world.example', recipient, { from: outside });
        await arrived(mail1, user1, subject);
      }
    const unknown = await attempt(node1.inbound, 'out@world.example', 'nobody@mx1.relay.example', {
      from: outside,
    });
    expect(unknown).to.match(/^RCPT 550 5\.1\.1 /);
  });

  it('gives no mail to a backend that shows another certificate, and says after a while that it waits', async () => {
    const { world, passwordBackend, node1 } = relay();
    // Four hours are too long for a test.
    const warnAfter = async (time: string) => {
      await world.tool('node1', 'outbound-postconf', '-e', `delay_warning_time = ${time}`);
      expect((await world.tool('node1', 'outbound-postfix', 'reload')).exitCode).to.equal(0);
    };
    await warnAfter('1s');
    const { 'outbound-user': user, 'outbound-password': pass } = await world.published('by password');
    const login = { user: String(user), pass: String(pass) };
    const sender = 'any@by-password.example';
    const subject = await sendAccepted(node1.outbound, sender, 'any@impostor.example', {
      login,
      from: outside,
    });
    // A sender that a mail server has rewritten is a stranger, who is told nothing.
    const rewritten = 'SRS0=AB=CD=elsewhere.example=stranger@by-password.example';
    await sendAccepted(node1.outbound, rewritten, 'any@impostor.example', { login, from: outside });
    await eventually('the message waits', async () => {
      const { output } = await world.tool('node1', 'outbound-mailq');
      return /any@by-password\.example\s+\(Server certificate not verified\)/.test(output);
    });
    const notice = await eventually('the notice', async () => {
      await world.tool('node1', 'outbound-postqueue', '-f');
      return passwordBackend.received.find(({ source }) => source.includes('Your mail is still on its way'));
    });
    expect(notice).to.deep.include({ sender: '', recipients: [sender] });
    expect(notice.source.replace(/\s+/g, ' '))
      .to.contain('Server certificate not verified')
      .and.contain(subject);
    await eventually('the notice for the stranger is discarded', async () => {
      await world.tool('node1', 'outbound-postqueue', '-f');
      const log = await world.read('node1', 'var/log/outbound-postfix.log');
      return log
        .split('\n')
        .some((line) => line.includes('milter-discard') && line.includes(`to=<${rewritten}>`));
    });
    expect(passwordBackend.received.filter(({ recipients }) => recipients.includes(rewritten))).to.deep.equal(
      [],
    );
    const others = passwordBackend.received.filter((one) => one !== notice);
    expect(others.filter(({ source }) => source.includes(subject))).to.deep.equal([]);
    await warnAfter('4h');
    expect((await world.tool('node1', 'outbound-postsuper', '-d', 'ALL')).exitCode).to.equal(0);
  });

  for (const [sender, recipient, result, title] of attemptsFromOutside) {
    it(`${title}: from <${sender}> to <${recipient}>`, async () => {
      const { node1 } = relay();
      expect(await attempt(node1.inbound, sender, recipient, { from: outside })).to.match(result);
    });
  }

  it('refuses at once what is too large for the mail server, though not for the node', async () => {
    const client = await openSmtp(relay().node1.inbound, { from: outside });
    const reply = /^\d{3} /;
    expect(await client.command(`MAIL FROM:<out@world.example> SIZE=${60 * 1024 * 1024}`, reply)).to.match(
      /^250 /,
    );
    expect(await client.command(`RCPT TO:<${user1}>`, reply)).to.match(
      /^552 5\.3\.4 .*too large for the mail server/,
    );
    client.close();
  });

  it('defers for a backend that is down, and delivers everything once it is back', async () => {
    const { world, mail1, mail2, node1 } = relay();
    const known = await sendAccepted(node1.inbound, 'out@world.example', user2, { from: outside });
    await arrived(mail2, user2, known);
    await world.control('stop', 'mail2', 'postfix');
    const subjectsSent: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      subjectsSent.push(await sendAccepted(node1.inbound, 'out@world.example', user2, { from: outside }));
    }
    subjectsSent.push(await sendAccepted(mail1.smtp, user1, user2, logIn(user1)));
    const unverified = await attempt(node1.inbound, 'out@world.example', 'other@mail2.example.com', {
      from: outside,
    });
    expect(unverified).to.match(/^RCPT 450 /);
    await world.control('start', 'mail2', 'postfix');
    await eventually('mail2 answers', () => servedBySmtp(mail2.smtp), 30_000);
    for (const service of ['inbound', 'outbound']) await world.tool('node1', `${service}-postqueue`, '-f');
    for (const subject of subjectsSent) await arrived(mail2, user2, subject);
  });
};
