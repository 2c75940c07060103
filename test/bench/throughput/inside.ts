/** Runs inside the namespace: sets up the servers, measures, and prints the rows as JSON. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { startNameServer } from '../../../src/local-node/namespace/name-server.ts';
import type { Row } from '../table.ts';
import { inTurns, median, medianRatio } from '../measure.ts';
import { eventually } from '../../support/system/eventually.ts';
import { startRelayWorld } from '../../support/system/relay-world.ts';
import { sendBy } from '../../support/system/smtp.ts';
import { type Leg, measureLeg, messagesPerSecond, watchMailboxes } from './load.ts';
import { startPlainPostfix } from './plain-postfix.ts';
import { addVariants } from './variants.ts';

const world = 'fd00:2::1';
const plainHost = { host: 'fd00:3::1', port: 2525 };
const firstPlainHost = { host: 'fd00:3::2', port: 2525 };
const sender = 'somebody@world.example';
const domains = ['one', 'two', 'three', 'four'].map((name) => `${name}.example.com`);
const recipients = domains.map((domain) => `testmail@${domain}`);
/** Messages of each leg, and how often it runs: in the comparison of the two main legs, and in that of all legs. */
const [mainMessages, detailMessages] = [600, 160];
const [mainRounds, detailRounds] = [2, 2];

// Only the rows go to standard output.
const log = (line: string) => {
  console.error(line);
};
console.log = log;

// smtp-source cannot choose its source address; with this one it is a client of the outside world.
await execa('ip', ['-6', 'address', 'add', `${world}/128`, 'dev', 'lo', 'nodad']);
const names = await startNameServer({
  folder: await mkdtemp(join(tmpdir(), 'smt-dns-')),
  records: domains.map((domain) => `${domain}. MX 10 mx1.relay.example.`),
});
const relay = await startRelayWorld(3);
try {
  log('a relay node and a mail server are set up: about a minute');
  await relay.requestCluster({
    topology: { node1: { fqdn: 'mx1.relay.example' } },
    'default-relay-config': { greylisting: { 'greylisting-delay': 1 } },
  });
  await relay.requestMailServer('mail1', { 'mail-domains': domains, 'test-account': true });
  await relay.settle();
  const partition = await relay.partition('mail1');
  const [node = ''] = (await relay.published('mailrelay'))['relay-hosts'] as string[];
  const socket = `${partition}/var/run/dovecot/lmtp`;
  const plain = await startPlainPostfix(relay.node, 'plain', plainHost, [
    `virtual_mailbox_domains = ${domains.join(', ')}`,
    `virtual_transport = lmtp:unix:${socket}`,
  ]);
  const firstPlain = await startPlainPostfix(relay.node, 'plain1', firstPlainHost, [
    `relay_domains = ${domains.join(', ')}`,
    'relay_transport = smtp',
    `relayhost = [${plainHost.host}]:${plainHost.port}`,
  ]);
  const variants = await addVariants(relay, { host: node, socket });
  const inbound = { host: node, port: 10025 };
  for (const recipient of recipients) {
    // After that, greylisting knows the sender and does not disturb the measurement.
    await eventually(
      'the greylisted sender is taken',
      async () =>
        (await sendBy(inbound, { sender, recipients: [recipient] }, { from: world })) === 'accepted',
      60_000,
    );
  }
  const mailboxes = watchMailboxes(`${partition}/srv/mail`, recipients.length);
  await mailboxes.empty(recipients.length);

  const legs: Record<string, Leg> = {
    'the relay and the mail server': { endpoint: inbound },
    'Postfix with an empty main.cf': { endpoint: plainHost },
    'two of these in a row': { endpoint: firstPlainHost },
    ...variants,
  };
  const run = (name: string, messages: number) => async () => {
    const cost = await measureLeg(legs[name] as Leg, { messages, sender, recipients, mailboxes });
    log(`${Math.round(messages / cost.seconds)} messages/s  ${name}`);
    return cost;
  };
  const [ours, theirs] = ['the relay and the mail server', 'Postfix with an empty main.cf'];
  log('warming up');
  for (const name of Object.keys(legs)) await run(name, 60)();
  log(`${mainMessages} messages a leg`);
  const compared = await inTurns(mainRounds, {
    ours: run(ours, mainMessages),
    theirs: run(theirs, mainMessages),
  });
  log(`all legs: ${detailMessages} messages each, ${detailRounds} turns`);
  const cases = Object.fromEntries(Object.keys(legs).map((name) => [name, run(name, detailMessages)]));
  const all = await inTurns(detailRounds, cases);
  const whole = all[ours] ?? [];
  const rows: Row[] = [
    { what: theirs, value: messagesPerSecond(compared.theirs, mainMessages), unit: 'messages/s' },
    { what: ours, value: messagesPerSecond(compared.ours, mainMessages), unit: 'messages/s' },
    {
      what: `${ours}, compared with ${theirs}`,
      // A ratio of speeds, so the inverse of the ratio of times.
      value: medianRatio(compared.theirs, compared.ours, 'seconds'),
      unit: 'times',
    },
    ...Object.entries(all)
      .filter(([name]) => name !== ours)
      .map(([name, costs]): Row => ({
        what: `${name}: as fast as the whole`,
        value: median(costs.map(({ seconds }, round) => (whole[round]?.seconds ?? NaN) / seconds)),
        unit: 'times',
      })),
  ];
  process.stdout.write(JSON.stringify(rows));
  plain.stop();
  firstPlain.stop();
} finally {
  await relay.stop();
  await names.stop();
}
process.exit();
