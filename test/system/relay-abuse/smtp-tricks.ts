/** What can be done with SMTP itself: hidden messages, too early, too many, too large, round and round. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { connectLines } from '../../support/system/line-client.ts';
import { almostEnds, oneMessage, smuggle } from '../../support/system/smuggling.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { openSmtp, sendAccepted, sendBy } from '../../support/system/smtp.ts';
import { type Attacks, outside } from './attacked-relay.ts';

const reply = /^\d{3} /;

export const smtpTricks: Attacks = (relay) => {
  it('takes no message that is smuggled in another, in either direction', async () => {
    const { node1, backend, login, everywhere } = relay();
    const ways = [
      { endpoint: node1.inbound, sender: 'out@world.example', options: { from: outside } },
      { endpoint: node1.outbound, sender: 'any@login.example', options: login },
    ];
    for (const { endpoint, sender, options } of ways) {
      for (const [name, end] of Object.entries(almostEnds)) {
        const subject = `honest at ${endpoint.port}, ${name}.`;
        const letter = {
          sender,
          recipient: 'any@login.example',
          subject,
          hiddenSender: 'any@victim.example',
        };
        const client = await openSmtp(endpoint, options);
        expect(await smuggle(client, letter, end), name).to.match(oneMessage);
        await taken(backend, `Subject: ${subject}`);
      }
    }
    const smuggled = everywhere().filter(({ source }) =>
      /^Subject: smuggled/m.test(source.split(/\r?\n\r?\n/)[0] ?? ''),
    );
    expect(smuggled).to.deep.equal([]);
    expect(everywhere().filter(({ sender }) => sender === 'any@victim.example')).to.deep.equal([]);
  });

  it('ends the session of a client that talks before it is its turn', async () => {
    const { node1 } = relay();
    const early = [
      'EHLO early.example\r\nMAIL FROM:<out@world.example>\r\n',
      'EHLO early.example\r\nNOOP\r\nNOOP\r\n',
    ];
    for (const endpoint of [node1.inbound, node1.outbound]) {
      for (const talk of early) {
        const client = await connectLines(endpoint, outside);
        client.write(talk);
        expect(await client.until(/^554 /)).to.match(/554 5\.5\.0 .*protocol synchronization/);
        const end = await client.until(/^never$/).catch((error: Error) => error.message);
        expect(end).to.contain('the server hung up');
      }
      // What comes in clear behind STARTTLS was put there by somebody else.
      const client = await connectLines(endpoint, outside);
      await client.until(reply);
      await client.command('EHLO early.example', reply);
      client.write('STARTTLS\r\nMAIL FROM:<out@world.example>\r\n');
      await client.until(/^220 /);
      await client.secure();
      expect(await client.command('EHLO early.example', /^250 /)).to.not.match(/^250 2\.1\.0/m);
      expect(await client.command('RCPT TO:<any@login.example>', reply)).to.match(/^503 /);
      client.close();
    }
  });

  it('takes so many recipients and no more, and the message for those', async () => {
    const { node1, backend, login } = relay();
    const ways = [
      { endpoint: node1.inbound, sender: 'out@world.example', options: { from: outside } },
      { endpoint: node1.outbound, sender: 'any@login.example', options: login },
    ];
    for (const { endpoint, sender, options } of ways) {
      const client = await openSmtp(endpoint, options);
      await client.command(`MAIL FROM:<${sender}>`, reply);
      for (let count = 1; count <= 200; count += 1) {
        expect(await client.command('RCPT TO:<any@login.example>', reply), `${count}`).to.match(/^250 /);
      }
      expect(await client.command('RCPT TO:<any@login.example>', reply)).to.match(/^452 4\.5\.3 /);
      await client.command('DATA', reply);
      const subject = `many at ${endpoint.port}.`;
      expect(await client.command(`Subject: ${subject}\r\n\r\nhello\r\n.`, reply)).to.match(/^250 /);
      client.close();
      await taken(backend, subject);
    }
  });

  it('takes no message above the limit, also of a client that does not tell its size', async () => {
    const { node1, login, everywhere } = relay();
    const line = `${'x'.repeat(998)}\r\n`;
    const megabyte = line.repeat(1049);
    for (const [endpoint, sender, options] of [
      [node1.inbound, 'out@world.example', { from: outside }],
      [node1.outbound, 'any@login.example', login],
    ] as const) {
      const client = await openSmtp(endpoint, options);
      for (const command of [`MAIL FROM:<${sender}>`, 'RCPT TO:<any@login.example>', 'DATA']) {
        expect(await client.command(command, reply)).to.match(/^[23]/m);
      }
      client.write('Subject: oversized\r\n\r\n');
      for (let sent = 0; sent < 101; sent += 1) client.write(megabyte);
      client.write('.\r\n');
      const answer = await eventually('an answer', () => client.until(reply), 60_000);
      expect(answer).to.match(/^552 5\.3\.4 /);
      client.close();
    }
    expect(everywhere().filter(({ source }) => source.startsWith('Subject: oversized'))).to.deep.equal([]);
  });

  it('cuts loops: of mail that has gone round, and of a domain whose mail server is a node', async () => {
    const { world, node1, node2, backend, login } = relay();
    const round = Array.from({ length: 31 }, (_, hop) => `Received: from hop${hop}.example\r\n`).join('');
    for (const [endpoint, sender, options] of [
      [node1.inbound, 'out@world.example', { from: outside }],
      [node1.outbound, 'any@login.example', login],
    ] as const) {
      const message = `${round}Subject: round\r\n\r\nhello\r\n`;
      const result = await sendBy(endpoint, { sender, recipients: ['any@login.example'], message }, options);
      expect(result).to.match(/^END 554 5\.4\.0 .*too many hops/i);
    }
    for (const [name, { host, port }] of Object.entries({ own: node1.inbound, other: node2.outbound })) {
      await world.requestDomain(`loop-${name}`, {
        name: `loop-${name}.example`,
        'mail-server-host': host,
        'mail-server-port': port,
      });
    }
    await world.reprocess(2);
    for (const name of ['own', 'other']) {
      const published = await world.published(`loop-${name}`);
      expect(published).to.have.all.keys('domain', 'error');
      expect(published['error']).to.match(/^\/mail-server-host: \S+ is a node of this cluster; write /);
      for (const { inbound } of [node1, node2]) {
        const recipients = [`any@loop-${name}.example`];
        const result = await sendBy(inbound, { sender: 'out@world.example', recipients }, { from: outside });
        expect(result, name).to.match(/^RCPT [45]/);
      }
    }
    await taken(
      backend,
      await sendAccepted(node1.inbound, 'out@world.example', 'any@login.example', { from: outside }),
    );
  });
};
