/** A mail server behind a relay: before the relay answers, when it answers, and when certificates change. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { selfSignedIdentity } from '../../src/local-node/stand-ins/self-signed-identity.ts';
import { connectToMaster, type Master } from '../../src/slap/index.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { activate, endpointsOf, type MailServer, messagesOf } from '../support/system/mail-server.ts';
import { sendBy, type SmtpOptions } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { runTool, servedBySmtp, servedByTls, servicePids } from '../support/system/watching.ts';

const domain = 'mail1.example.com';
const alice = `alice@${domain}`;
const password = 'alices-pw';
const stranger = 'stranger@elsewhere.example';
const friend = 'friend@elsewhere.example';
/** An address that is not the partition's own. */
const outside = 'fd00:2::1';
const relayUrl = '/software/of/a/relay/software.cfg';
const reference = `mail1_mail-server-relay-${domain}`;
const wrongFingerprint = Array.from({ length: 32 }, () => 'AB').join(':');

describe('a mail server behind a relay', () => {
  let mail: MailNode;
  let server: MailServer;
  let partition: string;
  let standIn: StandIn;
  let relay: Master | undefined;

  before(async () => {
    standIn = await startStandIn();
    mail = await startMailNode({ partitions: 2 });
    await mail.request('mail1', {
      'mail-domains': [domain],
      'inbound-relay': { 'relay-sr-url': relayUrl },
    });
    await mail.requestAccount('mail1', 'alice', { address: alice });
    partition = await mail.partition('mail1');
    // Its promise about the relay fails, so that this does not end well by itself.
    await mail.node.settle({ passes: 2 });
    server = endpointsOf(await mail.published('mail1'));
    await activate(mail, 'mail1', 'alice', password);
  });

  after(async () => {
    await relay?.close();
    await mail?.stop();
    await standIn?.stop();
  });

  const process = () => mail.node.processInstances({ only: [basename(partition)], force: true });
  const table = (name: string) => readFile(join(partition, 'etc/postfix', name), 'utf8');
  const fingerprint = async (name: string) =>
    (await readFile(join(partition, `etc/postfix/ssl/postfix-backend.${name}`), 'utf8')).trim().split('=')[1];
  const queue = async () => (await runTool(mail, partition, 'mailq')).output;
  const submit = (subject: string) =>
    sendBy(
      server.smtp,
      { sender: alice, recipients: [friend], message: `Subject: ${subject}\r\n\r\nhi\r\n` },
      { login: { user: alice, pass: password } },
    );
  /** From an address that is not the partition's own. */
  const fromOutside = (options: SmtpOptions = {}) =>
    sendBy(
      server.smtp,
      { sender: stranger, recipients: [alice], message: 'Subject: by the relay\r\n\r\nhi\r\n' },
      { from: outside, ...options },
    );

  describe('that has not answered', () => {
    it('is processed, and one promise names the domain', async () => {
      const pass = await process();
      expect(pass.exitCode).to.equal(2);
      const failing = pass.output.split('\n').filter((line) => / ERROR /.test(line) && line.includes(domain));
      expect(failing.join('\n'))
        .to.contain('relays-answered')
        .and.contain(`the relay of ${domain} has not published`);
      expect(pass.failures.map(({ partition: name }) => name)).to.deep.equal([basename(partition)]);
      const services = Object.values(await servicePids(mail, partition));
      expect(services.filter((pid) => !/^\d+$/.test(pid))).to.deep.equal([]);
    });

    it('delivers local mail', async () => {
      const sent = await sendBy(
        server.smtp,
        { sender: alice, recipients: [alice], message: 'Subject: to myself\r\n\r\nhi\r\n' },
        { login: { user: alice, pass: password } },
      );
      expect(sent).to.equal('accepted');
      await eventually('arrival', async () =>
        (await messagesOf(server, alice, password)).some((text) => text.includes('to myself')),
      );
    });

    it('keeps mail for other servers in the queue, with the reason', async () => {
      expect(await submit('waiting for the relay')).to.equal('accepted');
      const waiting = await eventually('deferral', async () => {
        const text = await queue();
        return text.includes('has not answered yet') && text;
      });
      expect(waiting).to.contain(friend);
    });

    it('takes mail from nobody for his address alone, also not from its own, which every user of the machine has', async () => {
      const local = { sender: stranger, recipients: [alice] };
      for (const [host, from] of [
        [server.smtp.host, server.smtp.host],
        ['127.0.0.1', '127.0.0.1'],
        ['127.0.0.1', '127.0.0.9'],
      ] as const) {
        expect(await sendBy({ ...server.smtp, host }, local, { from }), from).to.match(/^RCPT 5/);
      }
      expect(await fromOutside()).to.match(/^RCPT 5/);
      // It may be the relay's, whose answer is not here yet.
      expect(await fromOutside({ identity: await selfSignedIdentity() })).to.match(/^RCPT 450 4\.7\.1/);
    });

    it('lets accounts send from anywhere', async () => {
      const sent = await sendBy(
        server.smtp,
        { sender: alice, recipients: [alice] },
        { from: outside, login: { user: alice, pass: password } },
      );
      expect(sent).to.equal('accepted');
    });
  });

  describe('that answers', () => {
    const answer = (fingerprints: readonly string[]) =>
      relay?.publish(
        {
          'outbound-host': standIn.host,
          'outbound-smtp-port': String(standIn.port),
          'tls-fingerprints': fingerprints,
          'outbound-has-proxy': true,
          'dns-entries': '',
        },
        reference,
      );
    const requested = async () =>
      (await relay?.fetchPartition())?.sharedRequests.find((shared) => shared.reference === reference)
        ?.parameters;

    before(async () => {
      const { node } = mail;
      const request = { softwareUrl: relayUrl, softwareType: 'cluster', name: 'relay', parameters: {} };
      const allocated = await node.request(request);
      if (allocated.state === 'pending' || !allocated.partition)
        throw new Error('the relay has no partition');
      relay = connectToMaster({ serverUrl: node.serverUrl, ...allocated.partition });
      await process();
      await answer([wrongFingerprint]);
      await process();
    });

    it('was asked with the certificates of now and of next, and where to deliver', async () => {
      expect(await requested()).to.deep.equal({
        name: domain,
        'mail-server-host': server.smtp.host,
        'mail-server-port': server.smtp.port,
        authentication: 'fingerprint',
        fingerprints: [await fingerprint('fingerprint'), await fingerprint('next.fingerprint')],
      });
    });

    it('gets nothing when its certificate is not the one that was published', async () => {
      expect(await table('relay_clientcerts')).to.contain(wrongFingerprint);
      expect(await submit('for nobody else')).to.equal('accepted');
      await eventually('deferral', async () => (await queue()).includes('Server certificate not verified'));
      expect(standIn.received).to.deep.equal([]);
    });

    it('gets all mail for other servers by TLS, from our certificate, when the fingerprint is right', async () => {
      await answer([standIn.fingerprint, wrongFingerprint.replaceAll('AB', 'CD')]);
      const pass = await process();
      expect(pass.exitCode, pass.output.slice(-2000)).to.equal(0);
      expect(await table('sender-transports')).to.contain(`@${domain} relay:[::1]:${standIn.port}`);
      expect(await table('tls-policies'))
        .to.contain(standIn.fingerprint)
        .and.not.contain(wrongFingerprint);
      // Nobody flushes the queue by hand: processing does, since the way out is another one.
      await eventually('arrival of both', () => standIn.received.length === 2, 60_000);
      await eventually('an empty queue', async () => (await queue()).includes('queue is empty'));
      for (const received of standIn.received) {
        expect(received).to.deep.include({
          sender: alice,
          recipients: [friend],
          client: await fingerprint('fingerprint'),
        });
      }
    });

    it('may deliver from anywhere with its certificate, and nobody else may', async () => {
      expect(await table('relay_clientcerts'))
        .to.contain(standIn.fingerprint)
        .and.not.contain(wrongFingerprint);
      expect(await fromOutside({ identity: standIn.identity })).to.equal('accepted');
      expect(await fromOutside({ identity: await selfSignedIdentity() })).to.match(/^RCPT 450 4\.7\.1/);
      expect(await fromOutside()).to.match(/^RCPT 5/);
      await eventually('arrival', async () =>
        (await messagesOf(server, alice, password)).some((text) => text.includes('by the relay')),
      );
    });

    it('may not send as one of our accounts, nor to other servers', async () => {
      const send = (sender: string, recipient: string) =>
        sendBy(
          server.smtp,
          { sender, recipients: [recipient] },
          { from: outside, identity: standIn.identity },
        );
      expect(await send(alice, alice)).to.match(/^RCPT 5/);
      // The relay may not have heard yet that a domain is not here any more.
      expect(await send(stranger, friend)).to.match(/^RCPT 454 4\.7\.1/);
    });
  });

  describe('whose certificates are rotated', () => {
    it('makes the next certificate the current one, without a restart', async () => {
      const [current, next] = [await fingerprint('fingerprint'), await fingerprint('next.fingerprint')];
      expect(await servedBySmtp(server.smtp)).to.equal(current);
      const pids = await servicePids(mail, partition);

      const rotation = await runTool(mail, partition, 'postfix-certificate-rotate');
      expect(rotation.exitCode, rotation.output).to.equal(0);
      const pass = await mail.node.processInstances({ only: [basename(partition)] });
      expect(pass.processed, 'the rotation asks for it').to.deep.equal([basename(partition)]);

      expect(await fingerprint('fingerprint')).to.equal(next);
      const newest = await fingerprint('next.fingerprint');
      expect(newest).to.not.equal(next).and.not.equal(current);
      const web = new URL(server.passwordUrl);
      await eventually('the new certificate', async () => {
        const served = await Promise.all([
          servedBySmtp(server.smtp),
          servedByTls(server.imaps),
          servedByTls({ host: web.hostname.replace(/[[\]]/g, ''), port: Number(web.port) }),
        ]);
        return served.every((one) => one === next);
      });
      expect(await servicePids(mail, partition)).to.deep.equal(pids);
    });

    it('tells the relay, and sends with the new certificate', async () => {
      const shared = (await relay?.fetchPartition())?.sharedRequests.find(
        (one) => one.reference === reference,
      );
      expect(shared?.parameters).to.deep.include({
        fingerprints: [await fingerprint('fingerprint'), await fingerprint('next.fingerprint')],
      });
      const before = standIn.received.length;
      expect(await submit('after the rotation')).to.equal('accepted');
      await eventually('arrival', () => standIn.received.length === before + 1);
      expect(standIn.received.at(-1)?.client).to.equal(await fingerprint('fingerprint'));
    });
  });
});
