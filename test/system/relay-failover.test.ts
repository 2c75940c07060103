/** A mail server behind a cluster of two nodes, of which one is away: mail goes out by the other, and to nobody else. */
import { expect } from 'chai';

import { type NameServer, startNames } from '../support/system/name-server.ts';
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../src/local-node/stand-ins/smtp-server.ts';
import { eventually } from '../support/system/eventually.ts';
import type { Endpoint } from '../support/system/line-client.ts';
import { endpointsOf } from '../support/system/mail-server.ts';
import { type RelayWorld, startRelayWorld } from '../support/system/relay-world.ts';
import { sendBy } from '../support/system/smtp.ts';

const deliveryService = { host: 'fd00:3::1', port: 2525 };
const user = 'testmail@mail1.example.com';
const login = { user, pass: 'password123' };
const friend = 'friend@foreign.example';
const [first, second] = ['mx1.relay.example', 'mx2.relay.example'];

describe('a relay of which a node is away', () => {
  let names: NameServer;
  let world: RelayWorld;
  let delivery: StandInSmtpServer;
  let smtp: Endpoint;
  const outbound: Endpoint = { host: '', port: 10587 };

  before(async () => {
    names = await startNames({ records: ['mail1.example.com. MX 10 mx1.relay.example.'] });
    delivery = await startStandInSmtpServer({
      ...deliveryService,
      passwords: { customer: 'its password' },
    });
    world = await startRelayWorld(4);
    const service = { ...deliveryService, user: 'customer', password: 'its password' };
    await world.requestCluster({
      topology: { node1: { fqdn: first }, node2: { fqdn: second } },
      'default-relay-config': { 'proxy-map': { all: { ...service, domains: ['mail1.example.com'] } } },
    });
    await world.requestMailServer('mail1', { 'mail-domains': ['mail1.example.com'], 'test-account': true });
    await world.settle();
    smtp = endpointsOf(await world.published('mail1')).smtp;
    [outbound.host = ''] = (await world.published('mailrelay'))['relay-hosts'] as string[];
  });

  after(async () => {
    await world?.stop();
    await Promise.all([delivery?.stop(), names?.stop()]);
  });

  const queue = async () => (await world.tool('mail1', 'mailq')).output;
  const isEmpty = async () => (await queue()).includes('queue is empty');
  const deliveredWith = (subject: string) => delivery.received.find(({ source }) => source.includes(subject));

  async function submit(subject: string): Promise<void> {
    const message = `Subject: ${subject}\r\n\r\nhello\r\n`;
    const sent = await sendBy(smtp, { sender: user, recipients: [friend], message }, { login });
    expect(sent).to.equal('accepted');
  }

  /** Name of the node that a message to the world went through. */
  async function wayOf(subject: string): Promise<string | undefined> {
    await submit(subject);
    const { source } = await eventually('the message at the delivery service', () => deliveredWith(subject));
    return /from mail1\.example\.com [^]*?\bby (\S+)/.exec(source)?.[1];
  }

  it('is left by its first node while that is there', async () => {
    expect(await wayOf('both are there')).to.equal(first);
  });

  it('is left by the second one while the first is down, and nothing waits', async () => {
    await world.control('stop', 'node1', 'outbound-postfix');
    expect(await wayOf('the first is down')).to.equal(second);
    expect(await wayOf('the first is still down')).to.equal(second);
    await eventually('an empty queue', isEmpty);
  });

  it('is left by the second one while something else answers in place of the first, which gets nothing', async () => {
    const impostor = await startStandInSmtpServer(outbound);
    try {
      expect(await wayOf('the first is somebody else')).to.equal(second);
      expect(impostor.received).to.deep.equal([]);
      const log = await world.read('mail1', 'var/log/postfix.log');
      expect(log).to.contain(`Untrusted TLS connection established to ${outbound.host}`);
      expect(log).to.contain('Server certificate not verified');
    } finally {
      await impostor.stop();
    }
  });

  it('keeps mail waiting while both are down', async () => {
    await world.control('stop', 'node2', 'outbound-postfix');
    await submit('nobody is there');
    await eventually('a deferral', async () => (await queue()).includes('Connection refused'));
    expect(deliveredWith('nobody is there')).to.equal(undefined);
  });

  it('is left by the first one when that is back, also by what waited', async () => {
    for (const name of ['node1', 'node2']) await world.control('start', name, 'outbound-postfix');
    await eventually('what waited', async () => {
      await world.tool('mail1', 'postqueue', '-f');
      return deliveredWith('nobody is there') !== undefined;
    });
    expect(await wayOf('both are back')).to.equal(first);
    await eventually('an empty queue', isEmpty);
  });

  it('gets nothing at a host that no policy names', async () => {
    const removed = await world.tool('mail1', 'postconf', '-e', 'smtp_tls_policy_maps =');
    expect(removed.exitCode, removed.output).to.equal(0);
    expect((await world.tool('mail1', 'postfix', 'reload')).exitCode).to.equal(0);
    const before = delivery.received.length;
    await submit('to a host without a policy');
    await eventually('a deferral', async () => (await queue()).includes('TLS configuration problem'));
    expect(delivery.received).to.have.lengthOf(before);
  });
});
