import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, createServer as createTlsServer } from 'node:tls';

import { expect } from 'chai';
import { SMTPServer } from 'smtp-server';

import { type Certificate, makeCertificate } from './certificate.ts';
import { type StandInMessage, imapStandIn } from './imap-stand-in.ts';
import { sense } from './promise.ts';

describe('promises', function () {
  this.timeout(20_000);
  let directory: string;
  let certificate: Certificate;
  let other: Certificate;
  let expired: Certificate;
  let closedPort: string;
  const started: (Server | HttpServer | SMTPServer)[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'promises-'));
    [certificate, other, expired] = await Promise.all([
      makeCertificate(directory, 'current'),
      makeCertificate(directory, 'other'),
      makeCertificate(directory, 'expired', -1),
    ]);
    const server = createServer();
    closedPort = await listen(server);
    await close(server);
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map(close));
  });

  after(() => rm(directory, { recursive: true }));

  /** Starts `server` until the end of the test; its port. */
  async function start(server: Server | HttpServer | SMTPServer): Promise<string> {
    started.push(server);
    return listen(server);
  }

  function smtpServer(receive: (text: string) => void = () => undefined, password = 'right'): SMTPServer {
    return new SMTPServer({
      key: certificate.key,
      cert: certificate.cert,
      onAuth: (login, _session, done) => {
        if (login.password === password) done(null, { user: login.username });
        else done(new Error('no such account'));
      },
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          receive(text);
          done();
        });
      },
    });
  }

  describe('certificate_served', () => {
    const served = (protocol: string, port: string, { bundle }: Certificate) =>
      sense('certificate_served', {
        host: '127.0.0.1',
        port,
        protocol,
        'certificate-file': bundle,
        'listen-promise': 'smtp_listen',
      });

    it('is content with the certificate of the file, by STARTTLS and by TLS', async () => {
      const smtp = await start(smtpServer());
      const imap = await start(imapStandIn(certificate, 'right', []));
      const tls = await start(createTlsServer({ key: certificate.key, cert: certificate.cert }));
      for (const [protocol, port] of [
        ['smtp', smtp],
        ['imap', imap],
        ['tls', tls],
      ] as const) {
        expect(await served(protocol, port, certificate)).to.include({ level: 'info' });
      }
    });

    it('tells that another certificate is served', async () => {
      const line = await served('smtp', await start(smtpServer()), other);
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/serves another certificate than .*other\.pem.*; reload the service$/);
    });

    it('tells that the certificate has expired', async () => {
      const port = await start(createTlsServer({ key: expired.key, cert: expired.cert }));
      const line = await served('tls', port, expired);
      expect(line.level).to.equal('error');
      expect(line.message).to.contain('has expired; renew');
    });

    it('leaves a closed port to the promise that watches it', async () => {
      const line = await served('imap', closedPort, certificate);
      expect(line).to.include({ level: 'info' });
      expect(line.message).to.match(/refuses connections, left to smtp_listen$/);
    });

    it('tells that a port without TLS gives no session', async () => {
      // The promise hangs up in the middle of its greeting.
      const greeter = createServer((socket) => socket.on('error', () => socket.destroy()).end('hello\r\n'));
      const port = await start(greeter);
      const line = await served('tls', port, certificate);
      expect(line.level).to.equal('error');
      expect(line.message).to.contain('no TLS session');
    });

    it('tells that the file is missing', async () => {
      const line = await served('tls', closedPort, { ...certificate, bundle: join(directory, 'none.pem') });
      expect(line.level).to.equal('error');
      expect(line.message).to.contain('none.pem: No such file or directory');
    });
  });

  describe('listening', () => {
    const listening = (config: Record<string, string>) =>
      sense('listening', { ...config, service: 'postfix', log: 'var/log/postfix.log' });

    it('is content with a port and with a socket that somebody listens on', async () => {
      const port = await start(createServer());
      expect(await listening({ host: '127.0.0.1', port })).to.include({ level: 'info' });
      const socket = join(directory, 'socket');
      const server = createServer();
      started.push(server);
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      expect(await listening({ socket })).to.include({ level: 'info' });
    });

    it('tells where nobody listens, who should, and which log to read', async () => {
      expect(await listening({ host: '127.0.0.1', port: closedPort })).to.deep.equal({
        level: 'error',
        message: `nobody listens on [127.0.0.1]:${closedPort} (Connection refused); start postfix, see var/log/postfix.log`,
      });
      expect((await listening({ socket: join(directory, 'none') })).message).to.contain(
        '/none (No such file or directory); start postfix',
      );
    });
  });

  describe('process_running', () => {
    async function running(pid: string) {
      const pidFile = join(directory, 'service.pid');
      await writeFile(pidFile, pid);
      return sense('process_running', {
        'pid-file': pidFile,
        'command-part': process.execPath,
        service: 'crond',
        log: 'var/log/crond.log',
      });
    }

    it('is content with a running process of the right command', async () => {
      expect(await running(`${process.pid}\n`)).to.include({ level: 'info' });
    });

    it("tells that the pid file names another's process, one that has ended, or none", async () => {
      for (const pid of ['1\n', '999999999\n', '']) {
        const { level, message } = await running(pid);
        expect(level).to.equal('error');
        expect(message).to.match(
          /^crond does not run \(.*service\.pid names no process of it\); start it, see/,
        );
      }
    });
  });

  describe('mail_delivery', () => {
    async function deliver(ports: { smtp: string; imap: string }, password = 'right') {
      const credentials = join(directory, 'credentials.json');
      await writeFile(credentials, JSON.stringify({ address: 'probe@example.com', password }));
      const line = await sense('mail_delivery', {
        'credentials-file': credentials,
        'smtp-host': '127.0.0.1',
        'smtp-port': ports.smtp,
        'imap-host': '127.0.0.1',
        'imap-port': ports.imap,
        'seconds-to-arrive': '0.5',
        'seconds-per-answer': '1',
      });
      expect(line.message).not.to.contain(password);
      return line;
    }

    /** Puts what arrives by SMTP into the mailbox. */
    const into = (mailbox: StandInMessage[]) => (text: string) => {
      mailbox.push({ probe: /^X-Slapos-Mail-Probe: (.*)\r$/m.exec(text)?.[1] ?? 'none', deleted: false });
    };

    it('finds its message in the mailbox, and deletes it and those of earlier runs', async () => {
      const mailbox: StandInMessage[] = [{ probe: 'earlier', deleted: false }];
      const smtp = await start(smtpServer(into(mailbox)));
      const line = await deliver({ smtp, imap: await start(imapStandIn(certificate, 'right', mailbox)) });
      expect(line).to.include({ level: 'info' });
      expect(line.message).to.match(/^a message arrived in \d\.\d s$/);
      expect(mailbox).to.deep.equal([]);
    });

    it('tells that IMAP refuses the log-in, without the password', async () => {
      const smtp = await start(smtpServer());
      const line = await deliver(
        { smtp, imap: await start(imapStandIn(certificate, 'right', [])) },
        'wrong-one',
      );
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/^IMAP login as probe@example\.com: refused/);
    });

    it('tells that SMTP refuses the log-in, without the password', async () => {
      const smtp = await start(smtpServer(undefined, 'another'));
      const line = await deliver(
        { smtp, imap: await start(imapStandIn(certificate, 'secret-one', [])) },
        'secret-one',
      );
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/^SMTP login as probe@example\.com: refused \(535 no such account\)/);
    });

    it('tells that a message that was accepted does not arrive', async () => {
      const smtp = await start(smtpServer());
      const line = await deliver({ smtp, imap: await start(imapStandIn(certificate, 'right', [])) });
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/^waiting for the message: not in the mailbox of probe@example\.com/);
    });

    it('leaves closed ports to the promises that watch them', async () => {
      const imap = await start(imapStandIn(certificate, 'right', []));
      expect(await deliver({ smtp: closedPort, imap })).to.deep.equal({
        level: 'info',
        message: 'SMTP refuses connections, left to smtp_listen',
      });
      expect(await deliver({ smtp: closedPort, imap: closedPort })).to.deep.equal({
        level: 'info',
        message: 'IMAP refuses connections, left to imap_listen',
      });
    });

    it('tells the step at which a server that says nothing was waited for', async () => {
      const silent = createServer();
      const line = await deliver({ smtp: closedPort, imap: await start(silent) });
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/^connecting to IMAP: /);
    });
  });

  describe('mail_queue_age', () => {
    async function queueAge(script: string) {
      const command = join(directory, 'postqueue');
      await writeFile(command, `#!/bin/sh\n${script}\n`);
      await chmod(command, 0o755);
      return sense('mail_queue_age', { 'postqueue-command': command, 'max-age': '3600' });
    }
    const queued = (name: string, hours: number, ...reasons: string[]) =>
      JSON.stringify({
        queue_name: name,
        arrival_time: Math.floor(Date.now() / 1000) - hours * 3600,
        recipients: reasons.map((reason) => ({ address: 'a@example.com', delay_reason: reason })),
      });
    const listing = (...messages: string[]) => `cat <<'END'\n${messages.join('\n')}\nEND`;

    it('is content with an empty queue, young messages and those on hold', async () => {
      expect((await queueAge('true')).level).to.equal('info');
      const messages = [queued('deferred', 0.5, 'try later'), queued('hold', 100, 'held')];
      expect((await queueAge(listing(...messages))).level).to.equal('info');
    });

    it('tells how many messages wait, the oldest and the most frequent reason', async () => {
      const messages = [
        queued('deferred', 3, 'connection timed out'),
        queued('deferred', 50, 'greylisted', 'connection timed out'),
        queued('active', 0),
      ];
      expect(await queueAge(listing(...messages))).to.deep.equal({
        level: 'error',
        message:
          '2 messages are waiting for longer than 60 min, the oldest for 2 days; most frequent reason: connection timed out',
      });
    });

    it('leaves a Postfix that is down to the promise that watches its port', async () => {
      const line = await queueAge('echo "Queue report unavailable - mail system is down" >&2; exit 69');
      expect(line).to.deep.equal({ level: 'info', message: 'Postfix is down, left to smtp_listen' });
    });

    it('tells why the queue cannot be listed', async () => {
      const line = await queueAge('echo "warning: x" >&2; echo "fatal: bad main.cf" >&2; exit 1');
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/postqueue: fatal: bad main\.cf$/);
    });
  });

  describe('portal_answers', () => {
    it('is content with the expected status, whatever the certificate', async () => {
      const port = await start(
        createTlsServer({ key: expired.key, cert: expired.cert }, (socket: TLSSocket) => {
          socket.on('error', () => socket.destroy());
          socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      const url = `https://127.0.0.1:${port}/health`;
      expect(await sense('portal_answers', { url, 'expected-status': '401' })).to.deep.equal({
        level: 'info',
        message: `${url}: answers 401`,
      });
    });

    it('tells another status, and does not follow redirections', async () => {
      const port = await start(
        createHttpServer((_request, response) => response.writeHead(302, { location: '/' }).end()),
      );
      const url = `http://127.0.0.1:${port}/`;
      const line = await sense('portal_answers', { url });
      expect(line.level).to.equal('error');
      expect(line.message).to.contain('answers 302 instead of 200');
    });

    it('leaves a closed port to the promise that watches it', async () => {
      const line = await sense('portal_answers', {
        url: `https://127.0.0.1:${closedPort}/`,
        'listen-promise': 'apache-httpd-port-listening',
      });
      expect(line.level).to.equal('info');
      expect(line.message).to.match(/left to apache-httpd-port-listening$/);
    });

    /** The monitor: 401 to everybody but the user admin with `password`, to whom it answers `status`. */
    const monitor = async (password: string, status = 200): Promise<Record<string, string>> => {
      const known = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
      const port = await start(
        createHttpServer((request, response) => {
          response.writeHead(request.headers.authorization === known ? status : 401).end();
        }),
      );
      return configured(`http://127.0.0.1:${port}`);
    };
    const configured = async (url: string): Promise<Record<string, string>> => {
      const [config, secrets] = [join(directory, 'portal.json'), join(directory, 'secrets')];
      await writeFile(config, JSON.stringify({ 'monitor-url': url }));
      await writeFile(secrets, '# ours\nmonitor-password the-right-one\nother x\n');
      return {
        ...{ 'portal-config': config, 'expected-status': '401', 'own-address': `127.0.0.1:${closedPort}` },
        ...{ 'listen-promise': 'monitor-listening', 'secrets-file': secrets, secret: 'monitor-password' },
        'open-promise': 'monitor-open',
      };
    };

    it('is content when the monitor knows its password', async () => {
      const line = await sense('portal_answers', await monitor('the-right-one'));
      expect(line.level).to.equal('info');
      expect(line.message).to.match(/: answers 200$/);
    });

    it('tells that the monitor does not take its password or fails with it, and never the password', async () => {
      for (const [password, status, expected] of [
        ['another-one', 200, 401],
        ['the-right-one', 503, 503],
      ] as const) {
        const line = await sense('portal_answers', await monitor(password, status));
        expect(line.level).to.equal('error');
        expect(line.message).to.contain(`answers ${expected} to the user admin instead of 200`);
        expect(line.message).not.to.contain('the-right-one');
      }
    });

    it('leaves what everybody meets to the promise without a password', async () => {
      const port = await start(createHttpServer((_request, response) => response.writeHead(503).end()));
      const config = await configured(`http://127.0.0.1:${port}`);
      expect((await sense('portal_answers', config)).message).to.match(/left to monitor-open$/);
      expect((await sense('portal_answers', { ...config, 'secrets-file': '' })).message).to.contain(
        'answers 503 instead of 401',
      );
    });

    it('leaves a closed port of its own to the promise that watches it, and tells of that of a frontend', async () => {
      const own = { ...(await configured(`http://127.0.0.1:${closedPort}`)), 'secrets-file': '' };
      expect((await sense('portal_answers', own)).message).to.match(/left to monitor-listening$/);
      const line = await sense('portal_answers', { ...own, 'own-address': '[fd00::1]:8196' });
      expect(line.level).to.equal('error');
      expect(line.message).to.contain('see the frontend that has this address');
    });

    it('tells that the password or the configuration is missing', async () => {
      const config = await monitor('the-right-one');
      const unnamed = await sense('portal_answers', { ...config, secret: 'none' });
      expect(unnamed.message).to.match(/secrets: names no none; process the partition again$/);
      const absent = await sense('portal_answers', { ...config, 'portal-config': join(directory, 'absent') });
      expect(absent.message).to.match(/absent: No such file or directory; process the partition again$/);
    });
  });

  describe('partition_processed', () => {
    const path = () => join(directory, 'error.log');

    it('is content while there is no report of a failure', async () => {
      expect((await sense('partition_processed', { 'error-log': path() })).level).to.equal('info');
    });

    it('tells the reason, which is the last line of the report', async () => {
      await writeFile(path(), 'While:\n  Installing.\nError: the disk is full\n\n');
      const line = await sense('partition_processed', { 'error-log': path() });
      expect(line.level).to.equal('error');
      expect(line.message).to.match(/^the last processing failed, .*error\.log: Error: the disk is full$/);
    });
  });

  describe('certificate_lasts', () => {
    const lasts = (path: string) =>
      sense('certificate_lasts', {
        ...{ 'certificate-file': path, openssl: 'openssl', days: '5', remedy: 'ask for a new one' },
      });

    it('is content with a certificate that lasts, also behind its key', async () => {
      const lasting = await makeCertificate(directory, 'lasting', 7);
      expect(await lasts(lasting.bundle)).to.include({ level: 'info' });
    });

    it('tells when the certificate ends and what to do', async () => {
      for (const { bundle } of [await makeCertificate(directory, 'ending', 4), expired]) {
        const line = await lasts(bundle);
        expect(line.level).to.equal('error');
        expect(line.message).to.match(
          /\.pem: the certificate ends on .* GMT, in less than 5 days or already; ask for a new one$/,
        );
      }
    });

    it('tells that there is none', async () => {
      expect((await lasts(join(directory, 'none.pem'))).message).to.match(/holds no certificate; ask/);
    });
  });

  describe('nothing_pending', () => {
    it('is content with an absent file and with an empty one', async () => {
      const file = join(directory, 'pending');
      expect((await sense('nothing_pending', { file })).level).to.equal('info');
      await writeFile(file, '\n  \n');
      expect((await sense('nothing_pending', { file })).level).to.equal('info');
    });

    it('tells the first problems of the file, and how many more there are', async () => {
      const file = join(directory, 'problems');
      await writeFile(
        file,
        Array.from({ length: 7 }, (_none, index) => `problem ${String(index + 1)} é`).join('\n'),
      );
      const line = await sense('nothing_pending', { file });
      expect(line.level).to.equal('error');
      expect(line.message).to.equal(
        `problem 1 é; problem 2 é; problem 3 é; problem 4 é; problem 5 é; and 2 more in ${file}`,
      );
    });
  });

  describe('publications_sent', () => {
    const outbox = () => join(directory, 'outbox');
    const reason = () => join(directory, 'unpublished');
    const ask = () => sense('publications_sent', { outbox: outbox(), 'reason-file': reason() });

    it('is content when nothing waits, whatever was wrong earlier', async () => {
      await writeFile(reason(), 'nobody answered\n');
      expect((await ask()).level).to.equal('info');
      await writeFile(outbox(), '');
      expect(await ask()).to.deep.equal({ level: 'info', message: 'the master has everything' });
    });

    it('tells how much waits and why, and nothing of what it is', async () => {
      await writeFile(outbox(), '{"target": "_a", "parameters": {"token": "secret"}}\n{}\n');
      await writeFile(reason(), 'SlapOS master: it answered 500\n');
      expect(await ask()).to.deep.equal({
        level: 'error',
        message: '2 publications are not sent to the master: SlapOS master: it answered 500',
      });
    });

    it('tells what to do when nobody tried', async () => {
      await rm(reason(), { force: true });
      await writeFile(outbox(), '{}\n');
      expect((await ask()).message).to.equal(
        '1 publication is not sent to the master: the last processing did not come that far; process the partition again',
      );
    });
  });

  describe('sending_limits', () => {
    const file = () => join(directory, 'refusals.json');
    const ask = () => sense('sending_limits', { file: file(), 'shown-for': '3600' });
    const now = () => Math.round(Date.now() / 1000);
    const write = (refusals: object) => writeFile(file(), JSON.stringify(refusals));

    it('is content while nobody was refused, and an hour after somebody was', async () => {
      expect(await ask()).to.deep.equal({
        level: 'info',
        message: 'no account reached its sending limits within the last hour',
      });
      await write({ 'alice@example.com': { at: now() - 3700, limit: '500 messages within an hour' } });
      expect((await ask()).level).to.equal('info');
    });

    it('names the accounts that were refused, the latest first, and how much they had sent', async () => {
      await write({
        'old@example.com': { at: now() - 3700, limit: '1 message within an hour' },
        'bob@example.com': { at: now() - 3500, limit: 'to 5000 recipients within a day' },
        'carol@example.com': { at: now(), limit: '500 messages within an hour' },
      });
      expect(await ask()).to.deep.equal({
        level: 'error',
        message:
          'refused for sending too much: carol@example.com had sent 500 messages within an hour; ' +
          'bob@example.com had sent to 5000 recipients within a day; ' +
          'ask who uses it, reset its password, or raise sending-limits',
      });
    });

    it('says so when the file is damaged', async () => {
      for (const text of ['{', '[]', '{"a": 1}', '{"a": {}}']) {
        await writeFile(file(), text);
        expect(await ask(), text).to.deep.equal({
          level: 'error',
          message: `${file()} cannot be read; restart mail-policy`,
        });
      }
    });
  });

  describe('free_disk', () => {
    it('is content when the disk has more room than asked', async () => {
      const line = await sense('free_disk', { folder: directory, 'min-mebibytes': '1', 'min-percent': '0' });
      expect(line.level).to.equal('info');
    });

    it('tells what is free when it is too little, in mebibytes or in percent', async () => {
      const [mebibytes, percent] = await Promise.all([
        sense('free_disk', { folder: directory, 'min-mebibytes': '1000000000000' }),
        sense('free_disk', { folder: directory, 'min-percent': '100.1' }),
      ]);
      for (const line of [mebibytes, percent]) {
        expect(line.level).to.equal('error');
        expect(line.message).to.match(
          /: \d+ MiB \(.* %\) and .* % of the files are free, less than .*; make room/,
        );
      }
    });
  });
});

const connections = new WeakMap<object, Set<Socket>>();

function listen(server: Server | HttpServer | SMTPServer): Promise<string> {
  return new Promise((resolve, reject) => {
    const listener = server instanceof SMTPServer ? server.server : server;
    const open = new Set<Socket>();
    connections.set(server, open);
    listener.on('connection', (socket: Socket) => open.add(socket));
    server.on('error', (error: NodeJS.ErrnoException) => {
      // A client that goes away in the middle is no concern of the test.
      if (error.syscall === 'listen') reject(error);
    });
    server.listen(0, '127.0.0.1', () => resolve(String((listener.address() as AddressInfo).port)));
  });
}

function close(server: Server | HttpServer | SMTPServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    connections.get(server)?.forEach((socket) => socket.destroy());
  });
}
