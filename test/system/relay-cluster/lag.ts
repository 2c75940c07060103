/** A domain that its cluster knows and its nodes do not yet: mail waits, and nothing of it is lost or goes elsewhere. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { addresses, asMail1, attempt, outside, type Subject, user1 } from './relayed-mail.ts';

export const lag: Subject = (relay) => {
  it('puts mail off for a domain that was just requested, and answers its requester when the nodes know it', async () => {
    const { world, nameServer, delivery, node1 } = relay();
    await nameServer.add('late.example. MX 10 mx2.relay.example.');
    const { host, port } = addresses.address;
    await world.requestDomain('late', {
      ...{ name: 'late.example', 'mail-server-host': host, 'mail-server-port': port },
    });
    const process = async (...names: string[]) => {
      const only = await Promise.all(names.map(async (name) => basename(await world.partition(name))));
      return world.node.processInstances({ only, force: true });
    };
    const cluster = await process('mailrelay');
    expect(cluster.output).to.contain('node node1 has not applied late.example yet');
    expect(await world.published('late')).to.not.have.property('outbound-host');

    const before = delivery.received.length;
    const fromTenant = await attempt(node1.outbound, user1, 'any@late.example', await asMail1(relay()));
    expect(fromTenant).to.match(/^RCPT 450 4\.4\.4 .*the MX records of late\.example name this relay/);
    const fromItself = await attempt(node1.outbound, 'any@late.example', user1, { from: outside });
    expect(fromItself).to.match(/^RCPT 450 4\.7\.1 /);
    const fromWorld = await attempt(node1.inbound, 'out@world.example', 'any@late.example', {
      from: outside,
    });
    expect(fromWorld).to.match(/^RCPT 454 4\.7\.1 /);
    expect(delivery.received).to.have.lengthOf(before);

    await process('node1');
    await eventually('mail for it is taken', async () => {
      const result = await attempt(node1.inbound, 'out@world.example', 'any@late.example', { from: outside });
      return result === 'accepted';
    });
    await process('mailrelay');
    expect(await world.published('late')).to.deep.include({ 'outbound-hosts': [node1.outbound.host] });
  });

  it('keeps the mail of a server that logs in with a name that the node does not know yet', async () => {
    const { world, node1, addressBackend } = relay();
    const run = (program: string, ...args: string[]) => world.tool('mail1', program, ...args);
    const main = join(await world.partition('mail1'), 'etc/postfix/main.cf');
    const written = await readFile(main, 'utf8');
    const hop = `[${node1.outbound.host}]:${node1.outbound.port}`;
    // A real Postfix is the client: that of mail1, which is told to log in.
    const logInAs = async (user: unknown, password: unknown) => {
      await run('postconf', '-e', `transport_maps = inline:{ {by-address.example = smtp:${hop}} }`);
      await run('postconf', '-e', `smtp_sasl_password_maps = inline:{ {${hop} = ${user}:${password}} }`);
      expect(await run('postfix', 'reload')).to.include({ exitCode: 0 });
    };
    try {
      await logInAs('late-log-in.example', 'its-password');
      expect(await run('sendmail', '-f', '<>', 'logs-in@by-address.example')).to.include({ exitCode: 0 });
      await eventually('it waits', async () => {
        const { output } = await run('mailq');
        return output.includes('logs-in@by-address.example') && output.includes('said: 535 5.7.8');
      });
      const { 'outbound-user': user, 'outbound-password': password } = await world.published('by password');
      await logInAs(user, password);
      await eventually('it arrives', async () => {
        await run('postqueue', '-f');
        return addressBackend.received.some(({ recipients }) =>
          recipients.includes('logs-in@by-address.example'),
        );
      });
    } finally {
      await writeFile(main, written);
      await run('postfix', 'reload');
    }
  });

  it('puts mail off for a domain that has left, and refuses it a week later', async () => {
    const { world, node1, nameServer } = relay();
    await nameServer.add('left.example. MX 10 mx1.relay.example.');
    const fromWorld = () =>
      attempt(node1.inbound, 'out@world.example', 'any@Left.example', { from: outside });
    const fromTenant = async () => attempt(node1.outbound, user1, 'any@left.example', await asMail1(relay()));
    const known = join(await world.partition('node1'), 'var/lib/relay-policy/domains.json');
    const { relayed, left } = JSON.parse(await readFile(known, 'utf8')) as KnownDomains;
    expect(relayed).to.include('late.example');
    // A test cannot wait for a week: it writes when the domain has left.
    const leftBefore = async (days: number) => {
      await world.control('stop', 'node1', 'policy');
      const time = Date.now() - days * 86_400_000;
      await writeFile(known, JSON.stringify({ relayed, left: { ...left, 'left.example': time } }));
      await world.control('start', 'node1', 'policy');
    };
    await leftBefore(6);
    expect(await eventually('an answer', async () => notDown(await fromWorld()))).to.match(
      /^RCPT 454 4\.7\.1 /,
    );
    expect(await fromTenant()).to.match(/^RCPT 450 4\.4\.4 /);
    await leftBefore(8);
    expect(await eventually('an answer', async () => notDown(await fromWorld()))).to.match(
      /^RCPT 550 5\.1\.2 .*mail for this domain is not taken here any more/,
    );
    expect(await fromTenant()).to.match(/^RCPT 554 5\.1\.2 .*which it has left/);
  });

  it('keeps mail that was taken for a domain that it does not know any more, or that has lost its delivery service', async () => {
    const { world } = relay();
    for (const [instance, sender, recipient, reason] of [
      [
        'inbound',
        'out@world.example',
        'any@gone.example',
        'mail to this domain is not relayed here any more',
      ],
      [
        'outbound',
        'any@gone.example',
        'out@world.example',
        'the domain of the sender has no delivery service',
      ],
    ] as const) {
      const run = (program: string, ...args: string[]) =>
        world.tool('node1', `${instance}-${program}`, ...args);
      expect(await run('sendmail', '-f', sender, recipient)).to.include({ exitCode: 0 });
      const waiting = await eventually(`mail waits in ${instance}`, async () => {
        const queue = (await run('postqueue', '-j')).output.trim().split('\n').filter(Boolean);
        return queue
          .map((line) => JSON.parse(line) as QueuedMessage)
          .find(({ queue_name, recipients }) =>
            recipients.some(
              ({ address, delay_reason }) =>
                queue_name === 'deferred' && address === recipient && delay_reason?.includes(reason),
            ),
          );
      });
      await run('postsuper', '-d', waiting.queue_id);
    }
  });
};

/** What the policy service remembers. */
interface KnownDomains {
  relayed: string[];
  left: Record<string, number>;
}

/** Undefined while the policy service starts. */
const notDown = (answer: string) => (/^RCPT 45[01] 4\.3\./.test(answer) ? undefined : answer);

/** What `postqueue -j` says of a message. */
interface QueuedMessage {
  queue_id: string;
  queue_name: string;
  recipients: readonly { address: string; delay_reason?: string }[];
}
