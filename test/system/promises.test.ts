/** Each promise against the real thing that it watches: what breaks is named by its promise and by no other. */
import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { controlService } from '../support/system/control-service.ts';
import { eventually } from '../support/system/eventually.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { activate, endpointsOf } from '../support/system/mail-server.ts';
import {
  configurePromise,
  expectEveryPromiseChecked,
  expectFailingPromises,
  failingPromises,
  promisesRecovered,
} from '../support/system/promise-results.ts';
import { sendBy } from '../support/system/smtp.ts';
import { type StandIn, startStandIn } from '../support/system/smtp-stand-in.ts';
import { runTool, servedBySmtp, servicePids } from '../support/system/watching.ts';

const alice = 'alice@mail1.example.com';
const password = 'alices-pw';
const login = { user: 'mail1', password: 'the right one' };
const certificatePromises = [
  'outbound_certificate_served',
  'imap_certificate_served',
  'web_certificate_served',
];

describe('promises of a mail server', function () {
  this.timeout(120_000);
  let mail: MailNode;
  let partition: string;
  let smarthost: StandIn;

  before(async () => {
    smarthost = await startStandIn(login);
    mail = await startMailNode();
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'alice', { address: alice });
    await mail.settle();
    partition = await mail.partition('mail1');
    await activate(mail, 'mail1', 'alice', password);
  });

  after(async () => {
    await mail?.stop();
    await smarthost?.stop();
  });

  const failing = () => failingPromises(mail.node);
  const expectFailing = (expected: Readonly<Record<string, RegExp>>) =>
    expectFailingPromises(mail.node, partition, expected);
  const recovered = () => promisesRecovered(mail.node, partition);
  const configure = (promise: string, key: string, value: string) =>
    configurePromise(partition, promise, key, value);

  const supervise = (action: 'start' | 'stop', service: string) =>
    controlService(mail.node, partition, action, service);

  it('all pass on a healthy instance', async () => {
    expect([...(await failing())]).to.deep.equal([]);
    await expectEveryPromiseChecked(mail.node, partition);
  });

  for (const { service, expected } of [
    { service: 'postfix', expected: { smtp_listen: /^nobody listens on \[::1\]:\d+ .*; start postfix/ } },
    {
      service: 'dovecot',
      expected: {
        imap_listen: /start dovecot, see var\/log\/dovecot\.log$/,
        imaps_listen: /start dovecot/,
        sieve_listen: /start dovecot/,
      },
    },
    {
      service: 'apache',
      expected: {
        'apache-httpd-port-listening': /start apache/,
        'monitor-httpd-listening-on-tcp': /start apache/,
      },
    },
    {
      service: 'portal',
      expected: {
        'portal-socket-listening': /^nobody listens on .*portal\.sock .*; start portal/,
        'portal-answers': /answers 503 instead of 200; see the logs of Apache and of the portal$/,
        'monitor-http-frontend': /answers 503 instead of 401; see the logs of Apache and of the portal$/,
      },
    },
    {
      service: 'mail-policy',
      expected: {
        'mail-policy-socket-listening': /start mail-policy, see var\/log\/mail-policy\.log$/,
        'srs-socket-listening': /start mail-policy/,
        'auth-policy-listening': /start mail-policy/,
        // Nobody can send meanwhile: this one says why.
        'mail-delivery': /mailboxes cannot be asked for room; try again later/,
      },
    },
    { service: 'crond', expected: { 'crond-running': /^crond does not run/ } },
  ]) {
    it(`say that ${service} is stopped, and nothing else`, async () => {
      await supervise('stop', service);
      try {
        await expectFailing(expected as Record<string, RegExp>);
      } finally {
        await supervise('start', service);
      }
      await recovered();
    });
  }

  it('say that a service was killed, and the next processing mends it', async () => {
    const { crond } = await servicePids(mail, partition);
    process.kill(Number(crond), 'SIGKILL');
    await eventually('crond has ended', async () => (await servicePids(mail, partition))['crond'] !== crond);
    await expectFailing({ 'crond-running': /start it/ });
    await mail.reprocess();
    await recovered();
  });

  it('say that SMTP serves another certificate than the current one', async () => {
    const configuration = join(partition, 'etc/postfix/main.cf');
    const text = await readFile(configuration, 'utf8');
    await writeFile(
      configuration,
      text.replace(/^(smtpd_tls_chain_files = .*)postfix-backend\.bundle/m, '$1postfix-backend.next.bundle'),
    );
    await runTool(mail, partition, 'postfix', 'reload');
    const { smtp } = endpointsOf(await mail.published('mail1'));
    const ssl = join(partition, 'etc/postfix/ssl');
    const next = await readFile(join(ssl, 'postfix-backend.next.fingerprint'), 'utf8');
    await eventually('it is served', async () => next.includes((await servedBySmtp(smtp)) ?? 'none'));
    await expectFailing({
      outbound_certificate_served: /serves another certificate than .*; reload the service$/,
    });
    await writeFile(configuration, text);
    await runTool(mail, partition, 'postfix', 'reload');
    await recovered();
  });

  it('say that services have not read the current certificate', async () => {
    const bundle = join(partition, 'etc/postfix/ssl/postfix-backend.bundle.pem');
    const original = await readFile(bundle);
    await copyFile(bundle.replace('.bundle', '.next.bundle'), bundle);
    try {
      const messages = await failing();
      // An SMTP server process may be a new one, which has read it.
      expect(certificatePromises).to.include.members([...messages.keys()]);
      expect([...messages.keys()]).to.include.members(['imap_certificate_served', 'web_certificate_served']);
    } finally {
      await writeFile(bundle, original);
    }
    await recovered();
  });

  it('say that the disk is too full', async () => {
    await configure('check-free-disk-space', 'min-mebibytes', '1000000000');
    await expectFailing({
      'check-free-disk-space': /MiB .* are free, less than 1000000000 MiB .*; make room/,
    });
    await configure('check-free-disk-space', 'min-mebibytes', '1');
    await recovered();
  });

  it('say that a message cannot be delivered to a mailbox, and at which step', async () => {
    const folders = await readdir(join(partition, 'srv/mail/promise.invalid/delivery'));
    const maildir = join(partition, 'srv/mail/promise.invalid/delivery', folders[0] ?? '', 'Maildir/tmp');
    const { mode } = await stat(maildir);
    await chmod(maildir, 0o500);
    try {
      await expectFailing({
        'mail-delivery':
          /^waiting for the message: not in the mailbox .*; see the queue and the log of Postfix$/,
      });
    } finally {
      await chmod(maildir, mode & 0o777);
    }
    await runTool(mail, partition, 'postqueue', '-f');
    await recovered();
  });

  it('say that the account of the delivery promise cannot log in, without its password', async () => {
    const path = join(partition, 'etc/promise-credentials.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"password":"[^"]*"/, '"password":"not-the-one"'));
    await expectFailing({ 'mail-delivery': /^IMAP login as delivery@promise\.invalid: refused/ });
    expect((await failing()).get('mail-delivery')).not.to.contain('not-the-one');
    // Processing writes what is not as planned.
    await mail.reprocess();
    await recovered();
  });

  it('say that messages wait in the queue for too long, and why', async () => {
    const parameters = (secret: string) => ({
      'mail-domains': ['mail1.example.com'],
      'inbound-relay': { enable: false },
      'outbound-relay': { host: smarthost.host, port: smarthost.port, user: login.user, password: secret },
    });
    await mail.request('mail1', parameters('a wrong one'));
    await mail.settle();
    const { smtp } = endpointsOf(await mail.published('mail1'));
    const envelope = { sender: alice, recipients: ['somebody@elsewhere.example'] };
    expect(await sendBy(smtp, envelope, { login: { user: alice, pass: password } })).to.equal('accepted');
    await configure('mail-queue-age', 'max-age', '0');
    const queue = async () => (await runTool(mail, partition, 'postqueue', '-p')).output;
    await eventually('the message was tried', async () => (await queue()).includes('SASL'), 60_000);
    await expectFailing({
      'mail-queue-age':
        /^1 message is waiting for longer than 0 s, the oldest for \d+ s; most frequent reason: SASL/,
    });
    await mail.request('mail1', parameters(login.password));
    await mail.settle();
    await runTool(mail, partition, 'postqueue', '-f');
    await eventually('the message has left', () => smarthost.received.length === 1);
    await recovered();
  });

  it('say which relay has not answered, while local mail works', async () => {
    await mail.request('mail1', {
      'mail-domains': ['mail1.example.com'],
      'inbound-relay': { 'relay-sr-url': 'https://releases.example.com/mail-server-relay/software.cfg' },
    });
    const settled = await mail.node.settle({ passes: 2 });
    expect(settled.exitCode).to.equal(2);
    await expectFailing({
      'relays-answered': /^the relay of mail1\.example\.com has not published .*waits in the queue$/,
    });
    await mail.request('mail1');
    await mail.settle();
    await recovered();
  });
});
