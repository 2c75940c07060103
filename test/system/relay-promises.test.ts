/** What the operator of a relay has: promises that name what is broken, the monitor, and tools for two Postfix services. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import { runAsUser } from '../../src/local-node/run-as-user.ts';
import { type NameServer, startNames } from '../support/system/name-server.ts';
import { selfSignedIdentity, type TlsIdentity } from '../../src/local-node/stand-ins/self-signed-identity.ts';
import {
  type StandInSmtpServer,
  startStandInSmtpServer,
} from '../../src/local-node/stand-ins/smtp-server.ts';
import { eventually } from '../support/system/eventually.ts';
import type { Endpoint } from '../support/system/line-client.ts';
import { fetchPage } from '../support/system/mail-server.ts';
import {
  configurePromise,
  expectEveryPromiseKept,
  expectFailingPromises,
} from '../support/system/promise-results.ts';
import { tcpPortsOf } from '../support/system/listening.ts';
import { type RelayWorld, startRelayWorld } from '../support/system/relay-world.ts';
import { servedBySmtp, servedByTls } from '../support/system/watching.ts';

/** Nobody listens there until a test starts somebody. */
const backend: Endpoint = { host: 'fd00:3::1', port: 2525 };
const recipient = 'any@relayed.example';

describe('an operator of a mail relay', () => {
  let names: NameServer;
  let world: RelayWorld;
  let sink: StandInSmtpServer | undefined;
  let cluster: string;
  let node: string;
  let host: string;
  let lasting: TlsIdentity;
  let password: string;

  const parameters = ({ key, cert }: TlsIdentity, more: object = {}) => ({
    topology: { node1: { fqdn: 'mx1.relay.example', 'custom-inbound-certificate': key + cert }, ...more },
  });
  const inbound = () => ({ host, port: 10025 });
  const outbound = () => ({ host, port: 10587 });
  const web = () => ({ host, port: 8196 });

  before(async () => {
    names = await startNames({ records: [] });
    lasting = await selfSignedIdentity('stand-in', 30);
    world = await startRelayWorld(2);
    await world.requestCluster(parameters(lasting));
    await world.requestDomain('domain', {
      ...{ name: 'relayed.example', 'mail-server-host': backend.host, 'mail-server-port': backend.port },
    });
    await world.settle();
    cluster = await world.partition('mailrelay');
    node = await world.partition('node1');
    const published = await world.published('mailrelay');
    [host = ''] = published['relay-hosts'] as string[];
    password = /&username=admin&password=(\S{32})$/.exec(String(published['monitor-setup-url']))?.[1] ?? '';
  });

  after(async () => {
    await world?.stop();
    await Promise.all([sink?.stop(), names?.stop()]);
  });

  const expectFailing = (expected: Readonly<Record<string, RegExp>>, partition = node) =>
    expectFailingPromises(world.node, partition, expected);
  const read = (path: string) => readFile(join(node, path), 'utf8');

  it('finds every promise of a healthy cluster and node kept', async () => {
    for (const partition of [cluster, node]) await expectEveryPromiseKept(world.node, partition);
  });

  it('has no port open on the node but those that mail servers and people use', async () => {
    expect(await tcpPortsOf(node)).to.deep.equal([web().port, inbound().port, outbound().port]);
  });

  it('sees the monitor of cluster and node with the password of the cluster, and no page for accounts', async () => {
    const { 'monitor-base-url': base } = await world.published('mailrelay');
    expect(base).to.match(/^https:\/\/\[fd00:1::[0-9a-f]+\]:8196$/);
    expect(password).to.have.lengthOf(32);
    const login = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` };
    for (const url of [String(base), `https://[${host}]:8196`]) {
      expect((await fetchPage(`${url}/`)).status, url).to.equal(401);
      const page = await fetchPage(`${url}/`, undefined, login);
      expect(page.status).to.equal(200);
      expect(page.body).to.contain('crond-running').and.to.contain('All well');
      const feeds = await fetchPage(`${url}/public/feeds`, undefined, login);
      expect(feeds.body).to.contain(`${url}/public/promises.rss`);
      for (const path of ['/password.php', '/../password.php', '/%2e%2e/password.php']) {
        expect((await fetchPage(url + path, undefined, login)).status, path).to.be.oneOf([400, 403, 404]);
      }
    }
  });

  for (const { services, expected } of [
    {
      services: ['inbound-postfix', 'policy', 'apache', 'crond'],
      expected: {
        inbound_smtp_listen:
          /^nobody listens on \[fd00:1::.*\]:10025 .*; start inbound-postfix, see var\/log\/inbound-/,
        'delay-notices-socket-listening': /^nobody listens on .*delay-notices\.sock .*; start policy/,
        'bounce-ways-socket-listening': /^nobody listens on .*bounce-ways\.sock .*; start policy/,
        'policy-socket-listening':
          /^nobody listens on .*policy\.sock .*; start policy, see var\/log\/policy\.log$/,
        'auth-policy-socket-listening':
          /^nobody listens on .*T0A0001 .*; start policy, see var\/log\/policy\.log$/,
        'monitor-httpd-listening-on-tcp':
          /^nobody listens on .*:8196 .*; start apache, see var\/log\/apache-error/,
        'crond-running': /^crond does not run .*; start it/,
      },
    },
    {
      services: ['outbound-postfix', 'postgrey', 'sasl', 'portal'],
      expected: {
        outbound_subm_listen:
          /^nobody listens on \[fd00:1::.*\]:10587 .*; start outbound-postfix, see var\/log\/outbound-/,
        'postgrey-socket-listening': /^nobody listens on .*postgrey\.sock .*; start postgrey/,
        'sasl-socket-listening': /^nobody listens on .*auth-postfix .*; start sasl, see var\/log\/sasl\.log$/,
        'portal-socket-listening':
          /^nobody listens on .*portal\.sock .*; start portal, see var\/log\/portal\.log$/,
        'monitor-http-frontend': /answers 503 instead of 401; see the logs of Apache and of the portal$/,
      },
    },
  ]) {
    it(`is told when ${services.join(', ')} are stopped, and nothing else`, async () => {
      for (const service of services) await world.control('stop', 'node1', service);
      await expectFailing(expected as Record<string, RegExp>);
      for (const service of services) await world.control('start', 'node1', service);
    });
  }

  it('is told which service shows another certificate than it should', async () => {
    const next = `${node}/etc/postfix/ssl/postfix.next.bundle.pem`;
    const originals = new Map<string, string>();
    const reload = async () => {
      for (const service of ['inbound', 'outbound'])
        await world.tool('node1', `${service}-postfix`, 'reload');
      process.kill(Number(await read('var/run/apache.pid')), 'SIGUSR1');
    };
    for (const [path, option] of [
      ['etc/postfix/inbound/main.cf', 'smtpd_tls_chain_files = '],
      ['etc/postfix/outbound/main.cf', 'smtpd_tls_chain_files = '],
      ['etc/apache/httpd.conf', 'SSLCertificateFile '],
      ['etc/apache/httpd.conf', 'SSLCertificateKeyFile '],
    ] as const) {
      const text = await read(path);
      originals.set(path, originals.get(path) ?? text);
      await writeFile(join(node, path), text.replace(new RegExp(`^(${option}).*$`, 'm'), `$1${next}`));
    }
    await reload();
    const wrong = (await read('etc/postfix/ssl/postfix.next.fingerprint')).trim().split('=')[1];
    await eventually('it is served', async () => {
      const served = [servedBySmtp(inbound()), servedBySmtp(outbound()), servedByTls(web())];
      return (await Promise.all(served)).every((print) => print === wrong);
    });
    const message = /serves another certificate than .*; reload the service$/;
    await expectFailing({
      outbound_certificate_served: message,
      inbound_custom_certificate_served: message,
      web_certificate_served: message,
    });
    for (const [path, text] of originals) await writeFile(join(node, path), text);
    await reload();
  });

  it('is told of mail that waits for too long, and sees it with tools that say which Postfix they mean', async () => {
    const envelope = ['-f', 'sender@world.example', recipient];
    for (const service of ['inbound', 'outbound']) {
      const { exitCode, output } = await world.tool('node1', `${service}-sendmail`, ...envelope);
      expect(exitCode, output).to.equal(0);
      await configurePromise(node, `${service}-queue-age`, 'max-age', '0');
      await eventually(`${service}: it was tried`, async () =>
        (await world.tool('node1', `${service}-mailq`)).output.includes('Connection refused'),
      );
    }
    await configurePromise(node, 'check-free-disk-space', 'min-mebibytes', '1000000000');
    const message = /^1 message is waiting for longer than 0 s, .*most frequent reason: connect to .*refused/;
    await expectFailing({
      'inbound-queue-age': message,
      'outbound-queue-age': message,
      'check-free-disk-space': /make room on this disk$/,
    });

    const shape = (await world.tool('node1', 'qshape', 'deferred')).output;
    expect(shape).to.match(
      /== inbound\n.*\n +TOTAL +1 .*\n +relayed\.example +1 [^]*== outbound\n.*\n +TOTAL +1 /,
    );
    expect((await world.tool('node1', 'qshape')).output).to.match(/TOTAL +0 [^]*TOTAL +0 /);
    const listing = (await world.tool('node1', 'mailq')).output;
    expect(listing.match(/sender@world\.example/g)).to.have.lengthOf(2);

    const ids = async (service: string): Promise<string[]> =>
      (await world.tool('node1', `${service}-postqueue`, '-j')).output.match(/(?<="queue_id": ")\w+/g) ?? [];
    const [id = ''] = await ids('inbound');
    const script = [
      ...[`. ${node}/bin/activate-inbound`, 'mailq', 'qshape deferred', 'postconf -h queue_directory'],
      ...[`postcat -qe ${id}`, 'postqueue -j', `postsuper -h ${id}`, 'mailq', `postsuper -H ${id}`],
      ...[
        'sendmail -bv postmaster',
        `postmap -q relayed.example cdb:${node}/etc/postfix/inbound/relay-domains`,
      ],
    ];
    const { exitCode, output } = await runAsUser(world.node, ['/bin/bash', '-ec', script.join('\n')]);
    expect(exitCode, output).to.equal(0);
    for (const expected of [
      `${node}/var/spool/inbound`,
      `sender: sender@world.example`,
      `${id}! `,
      '\nrelayed',
    ]) {
      expect(output).to.contain(expected);
    }
    const one = await world.tool('node1', 'activate-outbound', 'postsuper', '-d', ...(await ids('outbound')));
    expect(one.output).to.contain('Deleted: 1 message');
    expect([(await ids('inbound')).includes(id), await ids('outbound')]).to.deep.equal([true, []]);

    sink = await startStandInSmtpServer(backend);
    await configurePromise(node, 'check-free-disk-space', 'min-mebibytes', '1');
    await world.tool('node1', 'activate-inbound', 'postqueue', '-f');
    await eventually('it has left', () => sink?.received.length === 1);
    expect(sink.received.map(({ recipients }) => recipients)).to.deep.include([recipient]);
  });

  it('is told that a node is missing, and that a certificate ends soon, before it does', async () => {
    await world.requestCluster(
      parameters(await selfSignedIdentity('stand-in', 4), { node2: { fqdn: 'mx2.relay.example' } }),
    );
    await world.reprocess(1);
    await expectFailing(
      { 'nodes-answered': /^node node2 has not published .*; process it, or see why/ },
      cluster,
    );
    await expectFailing({
      inbound_custom_certificate_not_expired:
        /ends on .* GMT, in less than 5 days or already; give the cluster a new custom-inbound-certificate/,
    });
    await world.requestCluster(parameters(lasting));
    await world.reprocess(1);
    await expectFailing({}, cluster);
  });

  it('is told why processing failed, and that the monitor does not know its password', async () => {
    const path = join(node, 'srv/ledger/current/ports');
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}a line that nobody can read\n`);
    const unreadable = { 'check-monitor-frontend-password': /answers 503 to the user admin instead of 200/ };
    await expectFailing(unreadable);
    const { exitCode } = await world.node.processInstances({ only: [basename(node)], force: true });
    expect(exitCode).to.equal(1);
    await expectFailing({
      ...unreadable,
      [`buildout-${basename(node)}-status`]:
        /^the last processing failed, .*-error\.log: .*ledger\/.*ports:\d+: /,
    });
    await writeFile(path, text);
    await world.node.processInstances({ only: [basename(node)], force: true });
    await expectFailing({});
  });
});
